#include "cuda/host/owners.h"

#include "net/error.h"

namespace mn::cuda {

void require_free(int64_t bytes, const char* purpose) {
    size_t available = 0, total = 0;
    check(cudaMemGetInfo(&available, &total), "cudaMemGetInfo");
    if (static_cast<uint64_t>(bytes) <= available)
        return;
    throw Error(Status::out_of_memory, "cudaMemGetInfo: the GPU has " + megabytes(static_cast<int64_t>(available)) +
                                           " of memory free, but " + megabytes(bytes) + " are needed for " + purpose +
                                           ": use a smaller batch or net, or close what else uses this GPU");
}

namespace detail {

namespace {

std::string call(const char* name, int64_t bytes, const char* purpose) {
    return std::string(name) + " of " + megabytes(bytes) + " for " + purpose;
}

} // namespace

void* allocate_device(int64_t bytes, const char* purpose) {
    void* memory = nullptr;
    const cudaError_t error = cudaMalloc(&memory, static_cast<size_t>(bytes));
    if (error != cudaSuccess)
        fail(error, call("cudaMalloc", bytes, purpose));
    return memory;
}

void* allocate_pinned(int64_t bytes, const char* purpose) {
    void* memory = nullptr;
    const cudaError_t error = cudaHostAlloc(&memory, static_cast<size_t>(bytes), cudaHostAllocDefault);
    if (error != cudaSuccess)
        fail(error, call("cudaHostAlloc", bytes, purpose));
    return memory;
}

} // namespace detail

} // namespace mn::cuda
