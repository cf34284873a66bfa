#include "cuda/step.cuh"

namespace mn::cuda {

KernelSet ffma_kernels() {
    return kernel_set<Ffma>();
}

} // namespace mn::cuda
