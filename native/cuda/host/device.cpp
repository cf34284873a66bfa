#include "cuda/host/device.h"

#include <cuda_runtime_api.h>

#include <cstdlib>

#include "cuda/host/status.h"
#include "net/error.h"

namespace mn::cuda {

namespace {

std::string version(int number) {
    return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
}

std::string no_driver_reason(int driver) {
    int runtime = 0;
    if (driver == 0 || cudaRuntimeGetVersion(&runtime) != cudaSuccess)
        return "there is no NVIDIA driver on this machine: install one, or use the CPU";
    return "the NVIDIA driver is too old: it serves CUDA " + version(driver) + ", this build needs CUDA " +
           version(runtime) + ": install a newer driver, or use the CPU";
}

std::string no_device_reason() {
    const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
    if (visible)
        return "CUDA_VISIBLE_DEVICES=\"" + std::string(visible) +
               "\" hides all GPUs from this process: unset or correct it";
    return "the NVIDIA driver finds no GPU: check with nvidia-smi, or use the CPU";
}

std::string reason_of(cudaError_t error) {
    int driver = 0;
    if (cudaDriverGetVersion(&driver) != cudaSuccess)
        driver = 0;
    if (error == cudaErrorInsufficientDriver || error == cudaErrorStubLibrary)
        return no_driver_reason(driver);
    if (error == cudaErrorNoDevice || error == cudaSuccess || error == cudaErrorInvalidDevice)
        return no_device_reason();
    return "the GPU cannot be used: cudaGetDeviceCount says " + std::string(cudaGetErrorString(error)) + " (" +
           cudaGetErrorName(error) + "): " +
           (error == cudaErrorSystemNotReady ? kStartFabricManager
                                             : "check the driver with nvidia-smi, or use the CPU");
}

} // namespace

int device_count(std::string* reason) {
    int count = 0;
    const cudaError_t error = cudaGetDeviceCount(&count);
    if (error != cudaSuccess || count < 1) {
        if (reason)
            *reason = reason_of(error);
        cudaGetLastError();
        return 0;
    }
    if (reason)
        reason->clear();
    return count;
}

DeviceInfo device_info(int index) {
    DeviceInfo info;
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
    info.name = properties.name;
    info.architecture_major = properties.major;
    info.architecture_minor = properties.minor;
    info.multiprocessors = properties.multiProcessorCount;
    check(cudaDriverGetVersion(&info.driver_version), "cudaDriverGetVersion");
    check(cudaRuntimeGetVersion(&info.runtime_version), "cudaRuntimeGetVersion");
    info.total_memory = static_cast<int64_t>(properties.totalGlobalMem);
    return info;
}

int usable_device(const Placement& place) {
    std::string reason;
    const int count = device_count(&reason), device = place.device_index;
    if (count == 0)
        throw Error(Status::unsupported, reason);
    if (device >= count) {
        throw Error(Status::unsupported, "there is no GPU " + std::to_string(device) + ": this machine has " +
                                             std::to_string(count) + ", numbered from 0");
    }
    return device;
}

} // namespace mn::cuda
