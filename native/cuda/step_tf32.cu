#include "cuda/step.cuh"

namespace mn::cuda {

KernelSet tf32_kernels() {
    return kernel_set<Tf32>();
}

} // namespace mn::cuda
