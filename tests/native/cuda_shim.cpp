// Stands before the stand-in device and adds what it does not model: several GPUs, contexts and the driver's API for
// them, launches that do not fit, and a watch on asynchronous copies. Built as libcuda.so.1 and preloaded, so that it
// is the driver's library as well:
//   g++ -std=c++20 -shared -fPIC -I CUDA/include -Wl,-soname,libcuda.so.1 -o libcuda.so.1 tests/native/cuda_shim.cpp
// What it finds it writes to standard error, and to the file that CUDA_STANDIN_REPORT names: cuda-standin run then
// fails. Environment:
//   CUDA_SHIM_DEVICES=N          so many GPUs, all of them the stand-in; 1 if unset
//   CUDA_SHIM_COUNT=ERROR        cudaGetDeviceCount() returns that error
//   CUDA_SHIM_KERNEL=ERROR       the first cooperative launch fails so on the device: who waits hears of it first, and
//                                every call from then on fails
//   CUDA_SHIM_BROKEN=I:ERROR     no context can be made on GPU I: that error
//   CUDA_SHIM_FORBIDDEN=I        a context on GPU I is a finding
//   CUDA_SHIM_COOPERATIVE=ERROR  every cooperative launch returns that error
//   CUDA_SHIM_OCCUPANCY=N        blocks of a kernel that fit on a multiprocessor
#include <cuda.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace {

int number(const char* variable, int otherwise) {
    const char* text = std::getenv(variable);
    return text && *text ? std::atoi(text) : otherwise;
}

// The number behind the colon of "I:NUMBER", if the one before is `index`; else 0.
int number_of(const char* variable, int index) {
    const char* text = std::getenv(variable);
    const char* colon = text ? std::strchr(text, ':') : nullptr;
    return colon && std::atoi(text) == index ? std::atoi(colon + 1) : 0;
}

[[gnu::format(printf, 1, 2)]] void found(const char* format, ...) {
    char text[400] = "cuda-standin: shim: ";
    const size_t begin = std::strlen(text);
    va_list values;
    va_start(values, format);
    std::vsnprintf(text + begin, sizeof text - begin - 1, format, values);
    va_end(values);
    std::strcat(text, "\n");
    std::fputs(text, stderr);
    if (const char* path = std::getenv("CUDA_STANDIN_REPORT")) {
        const int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
        if (file < 0 || write(file, text, std::strlen(text)) < 0)
            std::fputs("cuda-standin: shim: the report cannot be written\n", stderr);
        close(file);
    }
}

// The stand-in's function of that name. It may have been loaded where RTLD_NEXT does not look: by a JVM.
template <typename Function>
Function* next(const char* name) {
    static void* const library = [] {
        const std::string file = "libcudart.so." + std::to_string(CUDART_VERSION / 1000);
        return dlopen(file.c_str(), RTLD_LAZY);
    }();
    void* const function = library ? dlsym(library, name) : nullptr;
    if (!function) {
        std::fprintf(stderr, "cuda_shim: there is no %s\n", name);
        std::abort();
    }
    return reinterpret_cast<Function*>(function);
}

std::recursive_mutex mutex;

#define NEXT(name) next<decltype(name)>(#name)
#define TURN const std::lock_guard turn(mutex)

// ---- devices and contexts -------------------------------------------------------------------------------------------

int devices() {
    return number("CUDA_SHIM_DEVICES", 1);
}

} // namespace

struct CUctx_st {
    int device;
    bool primary;
};

namespace {

std::map<int, CUctx_st> primaries; // those that are made
thread_local std::vector<CUcontext> stack;
thread_local int chosen_device = 0; // by cudaSetDevice(), while the stack is empty

// A device's primary context is made, if it is not there.
int make(int device) {
    TURN;
    if (const int error = number_of("CUDA_SHIM_BROKEN", device))
        return error;
    if (primaries.emplace(device, CUctx_st{device, true}).second && device == number("CUDA_SHIM_FORBIDDEN", -1))
        found("a context on GPU %d", device);
    return 0;
}

// What a kernel did to the device; 0: nothing. Nobody knows before somebody has waited.
int done_by_kernel = 0;
bool known = false;

int current_device() {
    return stack.empty() || !stack.back() ? chosen_device : stack.back()->device;
}

// For a call that needs a context: the run-time library makes the primary one where none is current.
cudaError_t need_context() {
    if (!stack.empty() && stack.back())
        return cudaSuccess;
    if (const int error = make(chosen_device))
        return static_cast<cudaError_t>(error);
    TURN;
    CUcontext made = &primaries.at(chosen_device);
    if (stack.empty()) {
        stack.push_back(made);
    } else {
        stack.back() = made;
    }
    return cudaSuccess;
}

} // namespace

// Of every call that needs a context and does not wait, and of those that do.
#define IN_CONTEXT                                                                                                     \
    if (known)                                                                                                         \
        return static_cast<cudaError_t>(done_by_kernel);                                                               \
    if (const cudaError_t error = need_context())                                                                      \
    return error
#define WAITING_IN_CONTEXT                                                                                             \
    known = done_by_kernel != 0;                                                                                       \
    IN_CONTEXT

extern "C" {

CUresult cuInit(unsigned) {
    return CUDA_SUCCESS;
}
CUresult cuDeviceGet(CUdevice* device, int index) {
    *device = index;
    return index >= 0 && index < devices() ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}
CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
    if (const int error = make(device))
        return static_cast<CUresult>(error);
    TURN;
    *context = &primaries.at(device);
    return CUDA_SUCCESS;
}
CUresult cuDevicePrimaryCtxRelease_v2(CUdevice) {
    return CUDA_SUCCESS;
}
CUresult cuCtxPushCurrent_v2(CUcontext context) {
    stack.push_back(context);
    return CUDA_SUCCESS;
}
CUresult cuCtxPopCurrent_v2(CUcontext* context) {
    if (stack.empty())
        return CUDA_ERROR_INVALID_CONTEXT;
    *context = stack.back();
    stack.pop_back();
    return CUDA_SUCCESS;
}
CUresult cuCtxGetCurrent(CUcontext* context) {
    *context = stack.empty() ? nullptr : stack.back();
    return CUDA_SUCCESS;
}
CUresult cuMemGetInfo_v2(size_t* available, size_t* total) {
    return static_cast<CUresult>(NEXT(cudaMemGetInfo)(available, total));
}

// For tests: a context of an embedder's own, made current.
CUcontext cuda_shim_own_context() {
    static CUctx_st own{0, false};
    stack.push_back(&own);
    return &own;
}

cudaError_t cudaGetDeviceCount(int* count) {
    if (const int error = number("CUDA_SHIM_COUNT", 0))
        return static_cast<cudaError_t>(error);
    const cudaError_t error = NEXT(cudaGetDeviceCount)(count);
    if (error == cudaSuccess)
        *count = devices();
    return error;
}
cudaError_t cudaGetDevice(int* device) {
    *device = current_device();
    return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
    if (device < 0 || device >= devices())
        return cudaErrorInvalidDevice;
    if (const int error = make(device))
        return static_cast<cudaError_t>(error);
    TURN;
    chosen_device = device;
    if (stack.empty()) {
        stack.push_back(&primaries.at(device));
    } else {
        stack.back() = &primaries.at(device);
    }
    return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
    return device < devices() ? NEXT(cudaDeviceGetAttribute)(value, attribute, 0) : cudaErrorInvalidDevice;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
    return device < devices() ? next<cudaError_t(cudaDeviceProp*, int)>("cudaGetDeviceProperties")(properties, 0)
                              : cudaErrorInvalidDevice;
}

} // extern "C"

// ---- copies ---------------------------------------------------------------------------------------------------------

namespace {

// A copy that the host must not know to be done before it has waited for it. What it reads on the host is to stay as it
// is until then; what it writes there is not there before.
struct Copy {
    cudaStream_t stream;
    int64_t number;
    const unsigned char* source = nullptr; // to the device
    std::vector<unsigned char> bytes;      // what was there when it was queued, or what will come
    unsigned char* target = nullptr;       // to the host: rows of `width` bytes, `pitch` apart
    size_t width = 0, pitch = 0;
};

std::deque<Copy> copies;
std::map<cudaEvent_t, std::pair<cudaStream_t, int64_t>> recorded;
int64_t queued = 0;
// Memory that is not pinned may die when the call has returned: the very next call is to wait for the copy.
const void* pageable = nullptr;
cudaStream_t pageable_stream = nullptr;

bool is_pinned(const void* memory) {
    cudaPointerAttributes attributes{};
    return NEXT(cudaPointerGetAttributes)(&attributes, memory) != cudaSuccess ||
           attributes.type != cudaMemoryTypeUnregistered;
}

void next_call(const char* call) {
    if (pageable)
        found("%s follows an asynchronous copy from memory that is not pinned, and does not wait for it", call);
    pageable = nullptr;
}

void done(const Copy& copy) {
    if (copy.source && std::memcmp(copy.source, copy.bytes.data(), copy.bytes.size()) != 0)
        found("the source of an asynchronous copy was written before the copy was done");
    for (size_t row = 0; copy.target && row * copy.width < copy.bytes.size(); ++row)
        std::memcpy(copy.target + row * copy.pitch, copy.bytes.data() + row * copy.width, copy.width);
}

// All copies of a stream up to a number.
void waited_for(cudaStream_t stream, int64_t number) {
    for (auto copy = copies.begin(); copy != copies.end();) {
        if (copy->stream == stream && copy->number <= number) {
            done(*copy);
            copy = copies.erase(copy);
        } else {
            ++copy;
        }
    }
}

void from_host(const void* source, size_t bytes, cudaStream_t stream) {
    const auto* begin = static_cast<const unsigned char*>(source);
    copies.push_back({stream, ++queued, begin, {begin, begin + bytes}});
    if (!is_pinned(source)) {
        pageable = source;
        pageable_stream = stream;
    }
}

// The stand-in has written it: kept back until the host may look.
void to_host(void* target, size_t pitch, size_t width, size_t height, cudaStream_t stream) {
    Copy copy{stream, ++queued, nullptr, {}, static_cast<unsigned char*>(target), width, pitch};
    for (size_t row = 0; row < height; ++row) {
        unsigned char* const at = copy.target + row * pitch;
        copy.bytes.insert(copy.bytes.end(), at, at + width);
        std::memset(at, 0xff, width);
    }
    copies.push_back(std::move(copy));
}

} // namespace

extern "C" {

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
    TURN;
    IN_CONTEXT;
    next_call("cudaMemcpyAsync");
    const cudaError_t error = NEXT(cudaMemcpyAsync)(to, from, bytes, kind, stream);
    if (error == cudaSuccess && kind == cudaMemcpyHostToDevice)
        from_host(from, bytes, stream);
    if (error == cudaSuccess && kind == cudaMemcpyDeviceToHost)
        to_host(to, bytes, bytes, 1, stream);
    return error;
}
cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width,
                              size_t height, cudaMemcpyKind kind, cudaStream_t stream) {
    TURN;
    IN_CONTEXT;
    next_call("cudaMemcpy2DAsync");
    const cudaError_t error = NEXT(cudaMemcpy2DAsync)(to, to_pitch, from, from_pitch, width, height, kind, stream);
    if (error == cudaSuccess && kind == cudaMemcpyDeviceToHost)
        to_host(to, to_pitch, width, height, stream);
    return error;
}
cudaError_t cudaMemsetAsync(void* memory, int value, size_t bytes, cudaStream_t stream) {
    TURN;
    IN_CONTEXT;
    next_call("cudaMemsetAsync");
    return NEXT(cudaMemsetAsync)(memory, value, bytes, stream);
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    TURN;
    WAITING_IN_CONTEXT;
    const cudaError_t error = NEXT(cudaStreamSynchronize)(stream);
    if (pageable_stream == stream)
        pageable = nullptr;
    next_call("cudaStreamSynchronize of another stream");
    waited_for(stream, queued);
    return error;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    TURN;
    IN_CONTEXT;
    next_call("cudaEventRecord");
    recorded[event] = {stream, queued};
    return NEXT(cudaEventRecord)(event, stream);
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    TURN;
    WAITING_IN_CONTEXT;
    next_call("cudaEventSynchronize");
    const cudaError_t error = NEXT(cudaEventSynchronize)(event);
    if (const auto at = recorded.find(event); at != recorded.end())
        waited_for(at->second.first, at->second.second);
    return error;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
    TURN;
    recorded.erase(event);
    return NEXT(cudaEventDestroy)(event);
}
// Both wait for the device.
cudaError_t cudaFree(void* memory) {
    TURN;
    IN_CONTEXT;
    return NEXT(cudaFree)(memory);
}
cudaError_t cudaFreeHost(void* memory) {
    TURN;
    IN_CONTEXT;
    for (const Copy& copy : copies)
        done(copy);
    copies.clear();
    return NEXT(cudaFreeHost)(memory);
}
cudaError_t cudaMalloc(void** memory, size_t bytes) {
    TURN;
    IN_CONTEXT;
    return next<cudaError_t(void**, size_t)>("cudaMalloc")(memory, bytes);
}
cudaError_t cudaHostAlloc(void** memory, size_t bytes, unsigned flags) {
    TURN;
    IN_CONTEXT;
    return next<cudaError_t(void**, size_t, unsigned)>("cudaHostAlloc")(memory, bytes, flags);
}
cudaError_t cudaMemGetInfo(size_t* available, size_t* total) {
    TURN;
    IN_CONTEXT;
    return NEXT(cudaMemGetInfo)(available, total);
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    TURN;
    IN_CONTEXT;
    waited_for(stream, queued);
    return NEXT(cudaStreamDestroy)(stream);
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
    TURN;
    IN_CONTEXT;
    return NEXT(cudaStreamCreateWithFlags)(stream, flags);
}

// ---- launches -------------------------------------------------------------------------------------------------------

cudaError_t cudaLaunchKernel(const void* kernel, dim3 grid, dim3 block, void** arguments, size_t shared,
                             cudaStream_t stream) {
    TURN;
    IN_CONTEXT;
    next_call("cudaLaunchKernel");
    return next<cudaError_t(const void*, dim3, dim3, void**, size_t, cudaStream_t)>("cudaLaunchKernel")(
        kernel, grid, block, arguments, shared, stream);
}
cudaError_t cudaLaunchCooperativeKernel(const void* kernel, dim3 grid, dim3 block, void** arguments, size_t shared,
                                        cudaStream_t stream) {
    TURN;
    IN_CONTEXT;
    next_call("cudaLaunchCooperativeKernel");
    if (const int error = number("CUDA_SHIM_COOPERATIVE", 0))
        return static_cast<cudaError_t>(error);
    done_by_kernel = number("CUDA_SHIM_KERNEL", 0);
    return next<cudaError_t(const void*, dim3, dim3, void**, size_t, cudaStream_t)>("cudaLaunchCooperativeKernel")(
        kernel, grid, block, arguments, shared, stream);
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
    TURN;
    IN_CONTEXT;
    next_call("cudaGraphLaunch");
    return NEXT(cudaGraphLaunch)(graph, stream);
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void* kernel, int threads, size_t shared) {
    TURN;
    IN_CONTEXT;
    const cudaError_t error = next<cudaError_t(int*, const void*, int, size_t)>(
        "cudaOccupancyMaxActiveBlocksPerMultiprocessor")(blocks, kernel, threads, shared);
    *blocks = number("CUDA_SHIM_OCCUPANCY", *blocks);
    return error;
}

} // extern "C"
