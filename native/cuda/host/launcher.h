// Starts the kernels on one device: which engine and grid, single phases, whole chunks.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>

#include "cuda/arguments.h"
#include "cuda/entry_points.h"
#include "cuda/host/owners.h"
#include "cuda/host/tuning.h"
#include "floor/floor.h"

namespace mn::cuda {

class Launcher {
  public:
    // Throws unsupported if there is no such device, or it lacks what the precision needs.
    Launcher(const Placement& place, const Tuning& tuning);

    int device() const { return device_; }
    const std::string& description() const { return description_; } // device, precision
    Schedule schedule() const { return schedule_; }
    int64_t wide_tiles_from() const { return wide_tiles_from_; }
    int64_t bytes() const { return arguments_.bytes(); }

    // What the kernels queued on `stream` from now on are told.
    void tell(cudaStream_t stream, const StepArguments& arguments);
    void phase(cudaStream_t stream, Phase phase, int step, int layer);
    // Forward and score of steps 0 .. count - 1.
    void score(cudaStream_t stream, int layers, int count);
    // Steps first .. first + count - 1: one cooperative launch, or a graph of phases that is kept for the next chunk.
    void steps(cudaStream_t stream, const Layout& layout, int first, int count);

  private:
    void norms(cudaStream_t stream, int first, int count);
    void cooperative(cudaStream_t stream, int first, int count);
    void graph(cudaStream_t stream, const Layout& layout, int first, int count);
    void capture(const Layout& layout, int first, int count);
    void all_phases(cudaStream_t stream, const Layout& layout, int first, int count);

    int device_ = 0, resident_blocks_ = 0;
    Schedule schedule_ = Schedule::persistent;
    int64_t wide_tiles_from_ = 0;
    KernelSet kernels_;
    std::string description_;
    ExecutableGraph graph_;
    DeviceMemory<StepArguments> arguments_;
    int graph_first_ = 0, graph_count_ = 0;
};

} // namespace mn::cuda
