// Starts the kernels on one device: which engine and grid, single phases, whole chunks.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>

#include "cuda/arguments.h"
#include "cuda/entry_points.h"
#include "cuda/host/letter.h"
#include "cuda/host/owners.h"
#include "cuda/host/tuning.h"
#include "floor/floor.h"

namespace mn::cuda {

class Launcher {
  public:
    // On a device that is there and current. Throws unsupported if it lacks what the precision needs.
    Launcher(const Placement& place, const Tuning& tuning);

    const std::string& description() const { return description_; } // device, precision
    // How chunks of steps run, and why not by one launch where that was wanted.
    std::string how() const;
    // What the kernels must know of how they are started.
    void tell(StepArguments& s) const { s.wide_tiles_by = wide_tiles_by_; }
    int64_t bytes() const { return letter_.bytes(); }

    // What the kernels queued after its send() are told.
    Letter& letter() { return letter_; }
    void phase(cudaStream_t stream, Phase phase, int step, int layer);
    // Forward and score of steps 0 .. count - 1.
    void score(cudaStream_t stream, int layers, int count);
    // Steps first .. first + count - 1 on at most `rows` samples each: one cooperative launch or, where the device does
    // not take that, graphs of phases that are kept for the next chunk. The results are the same bits.
    void steps(cudaStream_t stream, const Layout& layout, int64_t rows, int first, int count);

  private:
    // A graph serves every part of a chunk of that length.
    struct KeptGraph {
        ExecutableGraph graph;
        const StepArguments* told = nullptr;
        int count = 0;
        unsigned blocks = 0;
        int64_t used = 0; // when
    };

    void give_memory(int architecture_major);
    void norms(cudaStream_t stream, int count);
    bool cooperative(cudaStream_t stream, unsigned blocks, int first, int count);
    void graphs(cudaStream_t stream, const Layout& layout, unsigned blocks, int first, int count);
    const KeptGraph& graph(const Layout& layout, unsigned blocks, int count);
    void capture(KeptGraph& to, const Layout& layout, unsigned blocks, int count);
    void all_phases(cudaStream_t stream, const Layout& layout, unsigned blocks, int count);
    void launch_phase(cudaStream_t stream, unsigned blocks, Phase phase, int step, int layer);

    unsigned blocks_ = 0;     // that are resident at once
    size_t shared_bytes_ = 0; // of a block, besides what kernels declare
    Schedule schedule_ = Schedule::persistent;
    int64_t wide_tiles_by_ = 0, graph_turn_ = 0;
    KernelSet kernels_;
    std::string description_, refusal_;
    Letter letter_;
    KeptGraph graphs_[2]; // of a whole launch and of what is left at a chunk's end
};

} // namespace mn::cuda
