#include "cuda/host/launcher.h"

#include "cuda/host/device.h"
#include "cuda/tile/shape.h"
#include "net/error.h"

namespace mn::cuda {

namespace {

const char* name_of(Phase phase) {
    switch (phase) {
    case Phase::forward:
        return "the forward kernel";
    case Phase::loss:
        return "the loss kernel";
    case Phase::head:
        return "the head kernel";
    case Phase::backward:
        return "the backward kernel";
    case Phase::update:
        return "the update kernel";
    case Phase::score:
        return "the score kernel";
    case Phase::ones:
        return "the kernel that prepares the batch's memory";
    }
    return "a kernel";
}

const char* name_of(Engine engine) {
    switch (engine) {
    case Engine::ffma:
        return "float32 (FMA)";
    case Engine::tf32x3:
        return "float32 (3xTF32 on tensor cores)";
    case Engine::tf32:
        return "tf32";
    case Engine::bf16:
        return "bf16";
    }
    return "?";
}

Engine engine_for(Precision precision, const DeviceInfo& info) {
    const bool tensor_cores = info.architecture_major >= 8;
    if (precision == Precision::float32)
        return tensor_cores ? Engine::tf32x3 : Engine::ffma;
    if (!tensor_cores) {
        throw Error(Status::unsupported, "tf32 and bf16 need compute capability 8.0, but " + info.name + " has " +
                                             std::to_string(info.architecture_major) + "." +
                                             std::to_string(info.architecture_minor) + ": use float32");
    }
    return precision == Precision::tf32 ? Engine::tf32 : Engine::bf16;
}

bool can_cooperate(int device) {
    int yes = 0;
    check(cudaDeviceGetAttribute(&yes, cudaDevAttrCooperativeLaunch, device), "cudaDeviceGetAttribute");
    return yes != 0;
}

} // namespace

Launcher::Launcher(const Placement& place, const Tuning& tuning) : device_(place.device_index) {
    std::string reason;
    const int count = device_count(&reason);
    if (count == 0)
        throw Error(Status::unsupported, reason);
    if (device_ >= count) {
        throw Error(Status::unsupported, "there is no GPU " + std::to_string(device_) + ": this machine has " +
                                             std::to_string(count) + ", numbered from 0");
    }
    const DeviceInfo info = device_info(device_);
    const Engine engine = tuning.engine.value_or(engine_for(place.precision, info));
    kernels_ = kernels(engine);
    const DeviceGuard guard(device_);
    arguments_.reserve(1, "the kernels' arguments");
    int per_multiprocessor = 0;
    check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_multiprocessor, kernels_.chunk, kThreads, 0),
          "cudaOccupancyMaxActiveBlocksPerMultiprocessor for the chunk kernel");
    resident_blocks_ = per_multiprocessor * info.multiprocessors;
    wide_tiles_from_ = tuning.wide_tiles_from.value_or(2 * static_cast<int64_t>(info.multiprocessors));
    schedule_ = tuning.schedule.value_or(can_cooperate(device_) ? Schedule::persistent : Schedule::graph);
    description_ = "cuda:" + std::to_string(device_) + " " + info.name + " (compute capability " +
                   std::to_string(info.architecture_major) + "." + std::to_string(info.architecture_minor) + ", " +
                   std::to_string(info.multiprocessors) + " multiprocessors), " + name_of(engine);
}

void Launcher::tell(cudaStream_t stream, const StepArguments& arguments) {
    check(cudaMemcpyAsync(arguments_.get(), &arguments, sizeof arguments, cudaMemcpyHostToDevice, stream),
          "cudaMemcpyAsync of the kernels' arguments");
}

void Launcher::phase(cudaStream_t stream, Phase phase, int step, int layer) {
    const StepArguments* told = arguments_.get();
    void* parameters[] = {&told, &phase, &step, &layer};
    check(cudaLaunchKernel(kernels_.phase, dim3(static_cast<unsigned>(resident_blocks_)), dim3(kThreads), parameters, 0,
                           stream),
          name_of(phase));
    launched(name_of(phase));
}

void Launcher::score(cudaStream_t stream, int layers, int count) {
    for (int step = 0; step < count; ++step) {
        for (int l = 0; l < layers; ++l)
            phase(stream, Phase::forward, step, l);
        phase(stream, Phase::score, step, 0);
    }
}

void Launcher::norms(cudaStream_t stream, int first, int count) {
    constexpr const char* kName = "the kernel that sums the class weights";
    const StepArguments* told = arguments_.get();
    void* parameters[] = {&told, &first, &count};
    check(cudaLaunchKernel(kernels_.norms, dim3(static_cast<unsigned>(resident_blocks_)), dim3(kThreads), parameters, 0,
                           stream),
          kName);
    launched(kName);
}

void Launcher::steps(cudaStream_t stream, const Layout& layout, int first, int count) {
    if (schedule_ == Schedule::persistent) {
        cooperative(stream, first, count);
    } else {
        graph(stream, layout, first, count);
    }
}

void Launcher::cooperative(cudaStream_t stream, int first, int count) {
    const StepArguments* told = arguments_.get();
    void* parameters[] = {&told, &first, &count};
    check(cudaLaunchCooperativeKernel(kernels_.chunk, dim3(static_cast<unsigned>(resident_blocks_)), dim3(kThreads),
                                      parameters, 0, stream),
          "the chunk kernel");
    launched("the chunk kernel");
}

void Launcher::graph(cudaStream_t stream, const Layout& layout, int first, int count) {
    if (!graph_.get() || graph_first_ != first || graph_count_ != count)
        capture(layout, first, count);
    check(cudaGraphLaunch(graph_.get(), stream), "cudaGraphLaunch of a chunk of steps");
    launched("a chunk of steps (a graph)");
}

void Launcher::capture(const Layout& layout, int first, int count) {
    graph_.reset();
    const Stream recorder;
    check(cudaStreamBeginCapture(recorder.get(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
    cudaGraph_t recorded = nullptr;
    try {
        all_phases(recorder.get(), layout, first, count);
    } catch (...) {
        cudaStreamEndCapture(recorder.get(), &recorded);
        if (recorded)
            cudaGraphDestroy(recorded);
        throw;
    }
    check(cudaStreamEndCapture(recorder.get(), &recorded), "cudaStreamEndCapture");
    cudaGraphExec_t executable = nullptr;
    const cudaError_t made = cudaGraphInstantiate(&executable, recorded, 0);
    cudaGraphDestroy(recorded);
    check(made, "cudaGraphInstantiate of a chunk of steps");
    graph_.reset(executable);
    graph_first_ = first;
    graph_count_ = count;
}

void Launcher::all_phases(cudaStream_t stream, const Layout& layout, int first, int count) {
    const int last = static_cast<int>(layout.layers.size()) - 1;
    const bool fused = has_head(last + 1, layout.layers.back().fan_out);
    norms(stream, first, count);
    for (int step = first; step < first + count; ++step) {
        for (int l = 0; l <= last - fused; ++l)
            phase(stream, Phase::forward, step, l);
        phase(stream, fused ? Phase::head : Phase::loss, step, 0);
        for (int l = last - fused; l > 0; --l)
            phase(stream, Phase::backward, step, l);
        phase(stream, Phase::update, step, 0);
    }
}

} // namespace mn::cuda
