// Samples on their way to the device: a data set that stays there, or slices that pass through two buffers by turns.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "cuda/arguments.h"
#include "cuda/host/owners.h"
#include "floor/floor.h"

namespace mn::cuda {

// Elements from one sample's pixels to the next on the device.
int64_t pixel_stride(int64_t features);
// Bytes of one sample there, label included.
int64_t sample_bytes(int64_t features, PixelType type);

// Which samples: order[first ...] or, without an order, first, first + 1, ...
struct Selection {
    const int32_t* order = nullptr;
    int64_t first = 0;
    int64_t count = 0;
};

// While the device works on one buffer's samples the host gathers the next ones into the other's pinned memory.
class Slices {
  public:
    // Room for `rows` samples in each buffer. Throws out_of_memory.
    void reserve(int64_t rows, int64_t features, PixelType type);
    void reset();
    int64_t bytes() const;

    // Gathers the samples (labels too, if there are any) and sends them; work queued on `compute` after this sees them.
    DataArguments fill(int buffer, const Data& samples, const Selection& selection, cudaStream_t compute);
    // What was queued on `compute` so far is the last to use the buffer.
    void release(int buffer, cudaStream_t compute);
    // Sends all samples to memory that holds the whole set; returns when they are there.
    void upload(const Data& samples, uint8_t* pixels, int32_t* labels);

  private:
    struct Buffer {
        PinnedMemory<uint8_t> host_pixels;
        PinnedMemory<int32_t> host_labels;
        DeviceMemory<uint8_t> pixels;
        DeviceMemory<int32_t> labels;
        Event copied, used;
    };
    void gather(Buffer& buffer, const Data& samples, const Selection& selection);
    void reserve_host(Buffer& buffer, int64_t rows, int64_t row_bytes);

    Buffer buffers_[2];
    Stream stream_;
};

DataArguments arguments_of(const Data& samples, const void* pixels, const int32_t* labels);

} // namespace mn::cuda
