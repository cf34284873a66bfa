// Every call of the CUDA run-time goes through check(): a failure becomes one mn::Error that names the call and the
// remedy.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>

namespace mn::cuda {

// what: the call, or the kernel, and what for: "cudaMalloc of 12.3 MB for the batch".
// A kernel's failure is told by a later call; its message then names the kernel that this thread launched last.
[[noreturn]] void fail(cudaError_t error, const std::string& what);

inline void check(cudaError_t error, const char* what) {
    if (error != cudaSuccess)
        fail(error, what);
}

// Tells fail() which kernel is on its way.
void launched(const char* kernel);

// The remedy for cudaErrorSystemNotReady, which a machine with NVLink switches says until that service is up.
constexpr const char* kStartFabricManager = "start the service nvidia-fabricmanager, or use the CPU";

// "12.3 MB"
std::string megabytes(int64_t bytes);

} // namespace mn::cuda
