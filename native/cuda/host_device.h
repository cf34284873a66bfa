// What code for the host and for the device needs alike. No CUDA in here, nor in the other .h files beside the kernels,
// so that the host's tests run the very same code.
#pragma once

#ifdef __CUDACC__
#define MN_HOST_DEVICE __host__ __device__
#else
#define MN_HOST_DEVICE
#endif

namespace mn::cuda {

template <typename T>
MN_HOST_DEVICE constexpr T round_up(T value, T multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

template <typename T>
MN_HOST_DEVICE constexpr T ceil_div(T value, T divisor) {
    return (value + divisor - 1) / divisor;
}

} // namespace mn::cuda
