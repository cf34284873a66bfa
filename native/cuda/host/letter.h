// What the host tells the kernels: their arguments and, of a chunk, the steps' constants and the order of the samples.
// All of it lies in one block of pinned memory, which one copy takes to the device.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <span>

#include "cuda/arguments.h"
#include "cuda/host/owners.h"

namespace mn::cuda {

class Letter {
  public:
    Letter() { reserve(0, 0); }

    // Room for the constants of so many steps and for an order of so many positions. Throws out_of_memory.
    void reserve(int64_t steps, int64_t positions);
    int64_t bytes() const { return host_.bytes() + device_.bytes(); }

    // Where the kernels find their arguments, until the next reserve().
    const StepArguments* on_device() const { return reinterpret_cast<const StepArguments*>(device_.get()); }

    // A chunk begins: what goes to the device with the next arguments. No order: that of the data.
    void begin(std::span<const StepConstants> constants, std::span<const int32_t> order);
    // Kernels queued on `stream` after this find these arguments; those of a step with the chunk's constants, and with
    // its order if there is one. Waits for the copy before this one, not for kernels behind that.
    void send(StepArguments arguments, cudaStream_t stream);
    // The same arguments, but step 0 of what is queued from now on is the chunk's step `base`.
    void rebase(int base, cudaStream_t stream);

  private:
    template <typename T>
    T* at(const auto& memory, int64_t offset) const {
        return reinterpret_cast<T*>(memory.get() + offset);
    }
    StepArguments& written() const { return *at<StepArguments>(host_, 0); }
    void wait_for_the_copy() const;
    void copy(size_t bytes, cudaStream_t stream);

    PinnedMemory<uint8_t> host_;
    DeviceMemory<uint8_t> device_;
    Event copied_;
    int64_t order_at_ = 0, filled_ = 0; // bytes from the start: of the order; begun, but not yet sent, or 0
    bool ordered_ = false;
};

} // namespace mn::cuda
