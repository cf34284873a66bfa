#include "cuda/step.cuh"

namespace mn::cuda {

KernelSet tf32x3_kernels() {
    return kernel_set<Tf32x3>();
}

} // namespace mn::cuda
