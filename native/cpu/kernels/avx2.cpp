#define MN_LEVELS (HWY_AVX2)
#include "cpu/kernels/level-inl.h"
