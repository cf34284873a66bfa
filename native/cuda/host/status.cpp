#include "cuda/host/status.h"

#include <cstdio>

#include "net/error.h"

namespace mn::cuda {

namespace {

Status status_of(cudaError_t error) {
    switch (error) {
    case cudaErrorMemoryAllocation:
        return Status::out_of_memory;
    case cudaErrorNoDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorStubLibrary:
    case cudaErrorInvalidDevice:
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
    case cudaErrorSystemDriverMismatch:
    case cudaErrorCompatNotSupportedOnDevice:
    case cudaErrorSystemNotReady:
        return Status::unsupported;
    default:
        return Status::device_error;
    }
}

// cudaErrorContained, which older headers of CUDA 12 do not name.
constexpr auto kContained = static_cast<cudaError_t>(226);

bool of_the_hardware(cudaError_t error) {
    return error == cudaErrorECCUncorrectable || error == cudaErrorNvlinkUncorrectable || error == kContained;
}

std::string remedy(cudaError_t error) {
    switch (error) {
    case cudaErrorMemoryAllocation:
        return "use a smaller batch or net, or close what else uses this GPU";
    case cudaErrorNoDevice:
        return "train on the CPU, or make a GPU visible to this process";
    case cudaErrorInsufficientDriver:
    case cudaErrorUnsupportedPtxVersion:
        return "install a newer NVIDIA driver, or train on the CPU";
    case cudaErrorStubLibrary:
    case cudaErrorSystemDriverMismatch:
    case cudaErrorCompatNotSupportedOnDevice:
        return "repair the NVIDIA driver's installation, or train on the CPU";
    case cudaErrorNoKernelImageForDevice:
        return "rebuild with this GPU's architecture in CMAKE_CUDA_ARCHITECTURES, or train on the CPU";
    case cudaErrorSystemNotReady:
        return kStartFabricManager;
    case cudaErrorLaunchOutOfResources:
        return "close this trainer and make a new one; if it happens again, report it: the kernel asks for too much";
    case cudaErrorDevicesUnavailable:
        return "end the other process that holds the GPU, or train on the CPU";
    default:
        if (of_the_hardware(error)) {
            return "restart the process; if it happens again, the GPU or its link is faulty: see the Xid errors in the "
                   "kernel's log (dmesg), have the GPU reset, or train on the CPU";
        }
        return "close this trainer; if a new one fails too, restart the process, or train on the CPU";
    }
}

// Whether it happened in a kernel, while the call that tells of it may be any.
bool of_a_kernel(cudaError_t error) {
    switch (error) {
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorIllegalAddress:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorHardwareStackError:
    case cudaErrorAssert:
        return true;
    default:
        return of_the_hardware(error);
    }
}

thread_local const char* last_kernel = nullptr;

} // namespace

void launched(const char* kernel) {
    last_kernel = kernel;
}

void fail(cudaError_t error, const std::string& what) {
    cudaGetLastError(); // an error that does not stick shall not meet the next call
    const std::string place =
        of_a_kernel(error) && last_kernel ? std::string(last_kernel) + " (told by " + what + ")" : what;
    throw Error(status_of(error), "the GPU failed in " + place + ": " + cudaGetErrorString(error) + " (" +
                                      cudaGetErrorName(error) + "): " + remedy(error));
}

std::string megabytes(int64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
    return text;
}

} // namespace mn::cuda
