// Samples on their way to the device: a data set that stays there, or slices that pass through two buffers by turns.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "cuda/arguments.h"
#include "cuda/host/owners.h"
#include "floor/floor.h"

namespace mn::cuda {

// Elements from one sample's pixels to the next on the device.
int64_t pixel_stride(int64_t features, PixelType type);
// Bytes of one sample there, with all that it is compared with.
int64_t sample_bytes(const Data& samples);

// Which samples: order[first ...] or, without an order, first, first + 1, ...
struct Selection {
    const int32_t* order = nullptr;
    int64_t first = 0;
    int64_t count = 0;
};

// Samples side by side, each kind of value in memory of its own; what there is none of takes none.
template <Place P>
struct SampleMemory {
    Memory<uint8_t, P> pixels;
    Memory<int32_t, P> labels;
    Memory<float, P> targets, weights;

    // Room for `rows` samples like these. Throws out_of_memory.
    void reserve(int64_t rows, const Data& samples, const char* purpose);
    void reset();
    int64_t bytes() const { return pixels.bytes() + labels.bytes() + targets.bytes() + weights.bytes(); }
};

// While the device works on one buffer's samples the host gathers the next ones into the other's pinned memory.
class Slices {
  public:
    // Room for `rows` samples like these in each buffer. Throws out_of_memory.
    void reserve(int64_t rows, const Data& samples);
    void reset();
    int64_t bytes() const;

    // Gathers the samples (with labels, targets and weights, if there are any) and sends them; work queued on `compute`
    // after this sees them.
    DataArguments fill(int buffer, const Data& samples, const Selection& selection, cudaStream_t compute);
    // What was queued on `compute` so far is the last to use the buffer.
    void release(int buffer, cudaStream_t compute);
    // Sends all samples to memory that holds the whole set; returns when they are there.
    void upload(const Data& samples, const SampleMemory<Place::device>& to);

  private:
    struct Buffer {
        SampleMemory<Place::pinned> host;
        SampleMemory<Place::device> device;
        Event copied, used;
    };

    Buffer buffers_[2];
    Stream stream_;
};

DataArguments arguments_of(const Data& samples, const SampleMemory<Place::device>& memory);

} // namespace mn::cuda
