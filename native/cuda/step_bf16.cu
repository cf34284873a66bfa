#include "cuda/step.cuh"

namespace mn::cuda {

KernelSet bf16_kernels() {
    return kernel_set<Bf16>();
}

} // namespace mn::cuda
