#include "cuda/host/launcher.h"

#include <algorithm>

#include "cuda/engine_choice.h"
#include "cuda/grid.h"
#include "cuda/host/device.h"
#include "cuda/tile/team.h"
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

// A graph of more takes seconds to instantiate; longer chunks launch it again.
constexpr int kMostNodes = 2000;

Engine checked_engine(Precision precision, const DeviceInfo& info) {
    if (precision != Precision::float32 && info.architecture_major < kTensorCoresFrom) {
        throw Error(Status::unsupported, "tf32 and bf16 need compute capability 8.0, but " + info.name + " has " +
                                             std::to_string(info.architecture_major) + "." +
                                             std::to_string(info.architecture_minor) + ": use float32");
    }
    return engine_for(precision, info.architecture_major, info.architecture_minor);
}

// "" or why not.
std::string cooperation_refused(int device, int resident_blocks) {
    int able = 0;
    check(cudaDeviceGetAttribute(&able, cudaDevAttrCooperativeLaunch, device), "cudaDeviceGetAttribute");
    if (!able)
        return "this GPU has no cooperative launch";
    return resident_blocks > 0 ? "" : "no block of it fits on a multiprocessor";
}

// A launch that does not fit, be it that other processes have a share of the device, that a tool's patches take
// registers, or that a limit was set. Graphs need less.
bool does_not_fit(cudaError_t error) {
    return error == cudaErrorCooperativeLaunchTooLarge || error == cudaErrorLaunchOutOfResources ||
           error == cudaErrorNotSupported;
}

} // namespace

Launcher::Launcher(const Placement& place, const Tuning& tuning) {
    const int device = place.device_index;
    const DeviceInfo info = device_info(device);
    const Engine engine = tuning.engine.value_or(checked_engine(place.precision, info));
    kernels_ = kernels(engine);
    give_memory(info.architecture_major);
    int fitting = 0;
    check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&fitting, kernels_.chunk, kThreads, shared_bytes_),
          "cudaOccupancyMaxActiveBlocksPerMultiprocessor for the chunk kernel");
    const int each = std::min(fitting, tuning.blocks_per_multiprocessor.value_or(fitting));
    blocks_ = static_cast<unsigned>(std::max(1, each) * info.multiprocessors);
    wide_tiles_by_ =
        tuning.wide_tiles_by.value_or(kBlocksPerMultiprocessor * static_cast<int64_t>(info.multiprocessors));
    schedule_ = tuning.schedule.value_or(Schedule::persistent);
    if (schedule_ == Schedule::persistent)
        refusal_ = cooperation_refused(device, fitting);
    if (!refusal_.empty())
        schedule_ = Schedule::graph;
    description_ = "cuda:" + std::to_string(device) + " " + info.name + " (compute capability " +
                   std::to_string(info.architecture_major) + "." + std::to_string(info.architecture_minor) + ", " +
                   std::to_string(info.multiprocessors) + " multiprocessors), " + name_of(engine);
}

// Shared memory for the kernels' blocks, besides what they declare.
void Launcher::give_memory(int architecture_major) {
    shared_bytes_ = kernels_.stages ? static_cast<size_t>(ring_bytes(architecture_major))
                                    : shared_floats(architecture_major) * sizeof(float);
    for (const void* kernel : {kernels_.norms, kernels_.phase, kernels_.chunk}) {
        check(
            cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes_)),
            "cudaFuncSetAttribute of shared memory");
    }
}

std::string Launcher::how() const {
    if (schedule_ == Schedule::persistent)
        return "one launch a chunk";
    return refusal_.empty() ? "graphs of phases" : "graphs of phases, since one launch a chunk is refused: " + refusal_;
}

void Launcher::phase(cudaStream_t stream, Phase phase, int step, int layer) {
    launch_phase(stream, blocks_, phase, step, layer);
}

void Launcher::launch_phase(cudaStream_t stream, unsigned blocks, Phase phase, int step, int layer) {
    const StepArguments* told = letter_.on_device();
    void* parameters[] = {&told, &phase, &step, &layer};
    check(cudaLaunchKernel(kernels_.phase, dim3(blocks), dim3(kThreads), parameters, shared_bytes_, stream),
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

void Launcher::norms(cudaStream_t stream, int count) {
    constexpr const char* kName = "the kernel that sums the class weights";
    const StepArguments* told = letter_.on_device();
    int first = 0;
    void* parameters[] = {&told, &first, &count};
    check(cudaLaunchKernel(kernels_.norms, dim3(blocks_), dim3(kThreads), parameters, shared_bytes_, stream), kName);
    launched(kName);
}

void Launcher::steps(cudaStream_t stream, const Layout& layout, int64_t rows, int first, int count) {
    const auto blocks = static_cast<unsigned>(std::min<int64_t>(blocks_, useful_blocks(layout, rows)));
    if (schedule_ == Schedule::graph || !cooperative(stream, blocks, first, count))
        graphs(stream, layout, blocks, first, count);
}

// False, and never again, if the device refuses: then nothing was queued.
bool Launcher::cooperative(cudaStream_t stream, unsigned blocks, int first, int count) {
    letter_.rebase(0, stream);
    const StepArguments* told = letter_.on_device();
    void* parameters[] = {&told, &first, &count};
    const cudaError_t error =
        cudaLaunchCooperativeKernel(kernels_.chunk, dim3(blocks), dim3(kThreads), parameters, shared_bytes_, stream);
    if (does_not_fit(error)) {
        cudaGetLastError();
        refusal_ = std::string(cudaGetErrorString(error)) + " (" + cudaGetErrorName(error) + ")";
        schedule_ = Schedule::graph;
        return false;
    }
    check(error, "the chunk kernel");
    launched("the chunk kernel");
    return true;
}

void Launcher::graphs(cudaStream_t stream, const Layout& layout, unsigned blocks, int first, int count) {
    const int most = std::max(1, kMostNodes / (2 * static_cast<int>(layout.layers.size()) + 2));
    for (int done = 0; done < count; done += most) {
        const KeptGraph& kept = graph(layout, blocks, std::min(most, count - done));
        letter_.rebase(first + done, stream);
        check(cudaGraphLaunch(kept.graph.get(), stream), "cudaGraphLaunch of a chunk of steps");
        launched("a chunk of steps (a graph)");
    }
}

// Captured, if it is not kept, in place of the one that was not used for longest.
const Launcher::KeptGraph& Launcher::graph(const Layout& layout, unsigned blocks, int count) {
    KeptGraph* to = &graphs_[0];
    for (KeptGraph& kept : graphs_) {
        const bool fits = kept.told == letter_.on_device() && kept.count == count && kept.blocks == blocks;
        if (fits && kept.graph.get()) {
            kept.used = ++graph_turn_;
            return kept;
        }
        if (kept.used < to->used)
            to = &kept;
    }
    capture(*to, layout, blocks, count);
    to->told = letter_.on_device();
    to->count = count;
    to->blocks = blocks;
    to->used = ++graph_turn_;
    return *to;
}

void Launcher::capture(KeptGraph& to, const Layout& layout, unsigned blocks, int count) {
    to.graph.reset();
    const Stream recorder;
    check(cudaStreamBeginCapture(recorder.get(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
    cudaGraph_t recorded = nullptr;
    try {
        all_phases(recorder.get(), layout, blocks, count);
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
    to.graph.reset(executable);
}

void Launcher::all_phases(cudaStream_t stream, const Layout& layout, unsigned blocks, int count) {
    const int last = static_cast<int>(layout.layers.size()) - 1;
    const bool fused = has_head(last + 1, layout.layers.back().fan_out);
    norms(stream, count);
    for (int step = 0; step < count; ++step) {
        for (int l = 0; l <= last - fused; ++l)
            launch_phase(stream, blocks, Phase::forward, step, l);
        launch_phase(stream, blocks, fused ? Phase::head : Phase::loss, step, 0);
        for (int l = last - fused; l > 0; --l)
            launch_phase(stream, blocks, Phase::backward, step, l);
        launch_phase(stream, blocks, Phase::update, step, 0);
    }
}

} // namespace mn::cuda
