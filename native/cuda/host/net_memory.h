// A net on the device: its layers, its parameter-like vectors, and room for a batch's activations and gradients.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <span>
#include <vector>

#include "cuda/arguments.h"
#include "cuda/host/launcher.h"
#include "cuda/host/owners.h"
#include "cuda/layout.h"
#include "floor/floor.h"

namespace mn::cuda {

class NetMemory {
  public:
    // slots: those that are held, parameters first; all start as zeros.
    NetMemory(const Net& net, std::span<const Slot> slots, cudaStream_t stream);

    const Layout& layout() const { return layout_; }
    NetArguments arguments() const;
    int rows_held() const { return rows_held_; }
    int64_t bytes_of_rows(int64_t rows) const;
    int64_t bytes() const { return layers_.bytes() + vectors_.bytes() + batch_.bytes(); }

    // Room for a batch of so many rows. Throws out_of_memory; then there is room for none.
    void reserve_rows(int64_t rows, Launcher& launcher, cudaStream_t stream);

    // A slot's padded vector, or null.
    float* slot(Slot slot) const;
    float* vectors() const { return vectors_.get(); } // all slots, one after the other
    int64_t vectors_bytes() const { return vectors_.bytes(); }

    // Between the flat order and the device; return when it is done.
    void write(Slot slot, std::span<const float> flat, cudaStream_t stream);
    void read(Slot slot, std::span<float> flat, cudaStream_t stream) const;

  private:
    Layout layout_;
    std::vector<Slot> slots_;
    DeviceMemory<LayerLayout> layers_;
    DeviceMemory<float> vectors_, batch_;
    int rows_held_ = 0;
};

} // namespace mn::cuda
