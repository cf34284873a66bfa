#define MN_LEVELS (HWY_AVX3 | HWY_AVX3_DL)
#include "cpu/kernels/level-inl.h"
