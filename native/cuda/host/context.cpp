#include "cuda/host/context.h"

#include <cuda.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>

#include <map>
#include <mutex>
#include <string>

#include "cuda/host/status.h"
#include "net/error.h"

namespace mn::cuda {

namespace {

// What is needed of the driver's API, from the library that the run-time library has loaded; this one is not linked to
// it, so that it loads where there is no driver.
struct Driver {
    decltype(&cuInit) init = nullptr;
    decltype(&cuDeviceGet) device = nullptr;
    decltype(&cuDevicePrimaryCtxRetain) retain = nullptr;
    decltype(&cuDevicePrimaryCtxRelease) release = nullptr;
    decltype(&cuCtxPushCurrent) push = nullptr;
    decltype(&cuCtxPopCurrent) pop = nullptr;
    decltype(&cuMemGetInfo) memory = nullptr;
    bool usable = false;

    Driver() {
        void* const library = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_NOLOAD);
        usable = library && find(library, "cuInit", init) && find(library, "cuDeviceGet", device) &&
                 find(library, "cuDevicePrimaryCtxRetain", retain) &&
                 find(library, "cuDevicePrimaryCtxRelease_v2", release) && find(library, "cuCtxPushCurrent_v2", push) &&
                 find(library, "cuCtxPopCurrent_v2", pop) && find(library, "cuMemGetInfo_v2", memory) &&
                 init(0) == CUDA_SUCCESS;
    }

  private:
    template <typename Function>
    static bool find(void* library, const char* name, Function& function) {
        function = reinterpret_cast<Function>(dlsym(library, name));
        return function != nullptr;
    }
};

// Null where there is none.
const Driver* driver() {
    static const Driver found;
    return found.usable ? &found : nullptr;
}

// The driver counts its errors as the run-time library does.
void demand(CUresult result, const char* call, int device) {
    if (result != CUDA_SUCCESS)
        fail(static_cast<cudaError_t>(result), std::string(call) + " on GPU " + std::to_string(device));
}

CUcontext retain(const Driver& driver, int index) {
    CUdevice device{};
    demand(driver.device(&device, index), "cuDeviceGet", index);
    CUcontext context = nullptr;
    demand(driver.retain(&context, device), "cuDevicePrimaryCtxRetain", index);
    return context;
}

// A device's primary context, which stays for the process, as the run-time library's own would.
CUcontext primary_context(const Driver& driver, int device) {
    static std::mutex mutex;
    static std::map<int, CUcontext> kept;
    const std::lock_guard turn(mutex);
    const auto found = kept.find(device);
    return found != kept.end() ? found->second : kept[device] = retain(driver, device);
}

int64_t free_now() {
    size_t available = 0, total = 0;
    check(cudaMemGetInfo(&available, &total), "cudaMemGetInfo");
    return static_cast<int64_t>(available);
}

// In a context that is there for as long as this lives.
class Visit {
  public:
    Visit(const Driver& driver, int index) : driver_(driver), index_(index) {
        demand(driver.push(retain(driver, index)), "cuCtxPushCurrent", index);
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    ~Visit() {
        CUcontext visited = nullptr;
        driver_.pop(&visited);
        CUdevice device{};
        if (driver_.device(&device, index_) == CUDA_SUCCESS)
            driver_.release(device);
    }

  private:
    const Driver& driver_;
    int index_;
};

} // namespace

DeviceGuard::DeviceGuard(int device) {
    if (const Driver* found = driver()) {
        demand(found->push(primary_context(*found, device)), "cuCtxPushCurrent", device);
        return;
    }
    check(cudaGetDevice(&before_), "cudaGetDevice");
    check(cudaSetDevice(device), "cudaSetDevice");
}

DeviceGuard::~DeviceGuard() {
    if (const Driver* found = driver()) {
        CUcontext ours = nullptr;
        found->pop(&ours);
        return;
    }
    cudaSetDevice(before_);
}

void MemberGuard::destroying() noexcept {
    try {
        guard_.emplace(device_);
    } catch (const std::exception&) {
        guard_.reset();
    }
}

int64_t free_memory(int device) {
    const Driver* const found = driver();
    if (!found) {
        const DeviceGuard guard(device);
        return free_now();
    }
    const Visit visit(*found, device);
    size_t available = 0, total = 0;
    demand(found->memory(&available, &total), "cuMemGetInfo", device);
    return static_cast<int64_t>(available);
}

} // namespace mn::cuda
