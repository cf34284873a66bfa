#define MN_LEVELS (HWY_SSSE3 | HWY_SSE4)
#include "cpu/kernels/level-inl.h"
