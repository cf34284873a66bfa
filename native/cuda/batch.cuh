// Room "batch": the samples that a step works on, and where their values lie: what each layer reads, and dloss/dz.
#pragma once

#include <type_traits>

#include "cuda/arguments.h"
#include "cuda/tile/block.cuh"
#include "cuda/tile/feed.cuh"

namespace mn::cuda {

constexpr int kArgumentFloats = sizeof(StepArguments) / sizeof(float);
static_assert(sizeof(StepArguments) % sizeof(float) == 0);
constexpr int kLayerFloats = sizeof(LayerLayout) / sizeof(float);
static_assert(sizeof(LayerLayout) % sizeof(float) == 0);
constexpr int kLayersHeld = 8; // in shared memory; those of deeper nets are read where they lie
// Likewise; those of larger batches are looked up in the order each time.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
constexpr int kSamplesHeld = 512;
#else
constexpr int kSamplesHeld = 1024;
#endif

// Not handed from function to function, as tile_memory is not.
alignas(16) static __shared__ float argument_memory[kArgumentFloats];
alignas(16) static __shared__ float layer_memory[kLayersHeld * kLayerFloats];
static __shared__ int32_t sample_memory[2][kSamplesHeld]; // of steps of even and of odd numbers

__device__ inline const StepArguments& arguments() {
    return *reinterpret_cast<const StepArguments*>(argument_memory);
}

__device__ inline LayerLayout layer_at(const NetArguments& net, int l) {
    if (l < kLayersHeld)
        return reinterpret_cast<const LayerLayout*>(layer_memory)[l];
    return global(net.layers)[l];
}

// By the whole block, before arguments().
__device__ inline void take_arguments(const StepArguments* given) {
    kept(Kept::parted) = kept(Kept::marks) = 0; // kTogether
    for (int i = threadIdx.x; i < kArgumentFloats; i += kThreads)
        argument_memory[i] = reinterpret_cast<const float*>(given)[i];
    __syncthreads();
    const NetArguments& net = arguments().net;
    for (int i = threadIdx.x; i < min(net.layer_count, kLayersHeld) * kLayerFloats; i += kThreads)
        layer_memory[i] = reinterpret_cast<const float*>(global(net.layers))[i];
    __syncthreads();
}

// The part of the pass that one step works on.
struct StepView {
    int index = 0;
    int rows = 0;
    int64_t position = 0;

    __device__ StepView(const StepArguments& s, int step) : index(step) {
        position = step * s.batch_size;
        const int64_t left = s.samples - position;
        rows = static_cast<int>(left < s.batch_size ? left : s.batch_size);
    }
    // In the order of the pass, or where there is none in the data set; neither has more than 2^31 - 1.
    __device__ int place(const StepArguments& s, int row) const {
        return static_cast<int>(s.data.order ? position + row : s.first + position + row);
    }
    __device__ int sample(const StepArguments& s, int row) const {
        return rows <= kSamplesHeld ? sample_memory[index & 1][row] : looked_up(s, row);
    }
    __device__ int looked_up(const StepArguments& s, int row) const {
        const int at = place(s, row);
        return s.data.order ? global(s.data.order)[at] : at;
    }
    __device__ int label(const StepArguments& s, int row) const { return global(s.data.labels)[sample(s, row)]; }
    __device__ float weight(const StepArguments& s, int row) const { return weight_of(s, sample(s, row)); }
    __device__ static float weight_of(const StepArguments& s, int sample) {
        return s.data.sample_weights ? global(s.data.sample_weights)[sample] : 1.0f;
    }
};

// By the whole block, a barrier before anyone asks for a sample of the step.
__device__ __noinline__ inline void take_samples(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    if (step.rows > kSamplesHeld)
        return;
    for (int row = threadIdx.x; row < step.rows; row += kThreads)
        sample_memory[index & 1][row] = step.looked_up(s, row);
}

// Has the second level's cache fetch the step's samples: else its first phase, in which many blocks ask for the same
// rows, would wait for memory. By all blocks, behind take_samples() and a barrier.
__device__ __noinline__ inline void fetch_samples(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    if (step.rows > kSamplesHeld)
        return;
    constexpr int kLine = 128;
    const int64_t row_bytes = s.data.stride * (s.data.bytes ? 1 : 4);
    const int lines = static_cast<int>((row_bytes + kLine - 1) / kLine);
    for (int i = blockIdx.x * kThreads + threadIdx.x; i < step.rows * lines; i += gridDim.x * kThreads) {
        const auto* const row = static_cast<const char*>(s.data.pixels) + step.sample(s, i / lines) * row_bytes;
        asm volatile("prefetch.global.L2 [%0];" ::"l"(global(row + i % lines * kLine)));
    }
}

// Calls visit(row) with each of the step's rows in one warp; neighbours go to different blocks.
template <typename Visit>
__device__ void each_row(const StepView& step, Visit&& visit) {
    for (int row = blockIdx.x + threadIdx.x / 32 * gridDim.x; row < step.rows; row += gridDim.x * kWarps)
        visit(row);
}

// Where the bits of a step's input begin.
__device__ inline int kept_offset(const StepArguments& s, int index) {
    return index % 2 * s.net.rows_held * s.data.kept_words;
}

// The first four bits choose.
__device__ inline float4 kept_of(uint32_t bits, float4 v, float scale) {
    return make_float4(bits & 1 ? v.x * scale : 0.0f, bits & 2 ? v.y * scale : 0.0f, bits & 4 ? v.z * scale : 0.0f,
                       bits & 8 ? v.w * scale : 0.0f);
}

// The first layer's input: samples of the data set selected by the order of the pass. A source of a product: see
// tile/feed.cuh.
struct Samples {
    int columns, features, rows;
    int first; // of row 0: its position in the order, or where there is none its sample
    int kept;  // offset of row 0's bits, where some pixels are dropped

    static constexpr bool kLookedUp = true;

    __device__ Samples(const StepArguments& s, const StepView& step)
        : columns(static_cast<int>(s.data.stride)), features(s.data.features), rows(step.rows), first(step.place(s, 0)),
          kept(kept_offset(s, step.index)) {}
    __device__ int place(int row) const {
        const int32_t* const order = arguments().data.order;
        return order ? global(order)[first + row] : first + row;
    }

  protected:
    // Of 32 columns.
    __device__ uint32_t kept_bits(int row, int column) const {
        const DataArguments& data = arguments().data;
        return global(data.kept)[kept + row * data.kept_words + column / 32];
    }
    // With the bias's 1 behind the pixels; what pads a row is zero.
    __device__ float4 with_one(float4 v, int column) const {
        if (column + 4 > features) {
            v.x = column == features ? 1.0f : v.x;
            v.y = column + 1 == features ? 1.0f : v.y;
            v.z = column + 2 == features ? 1.0f : v.z;
            v.w = column + 3 == features ? 1.0f : v.w;
        }
        return v;
    }
};

// Pixels that are floats, and the bias's 1.
struct FloatPixels : Samples {
    const float* values;

    static constexpr bool kBytes = false;
    using Held = float4;

    __device__ FloatPixels(const StepArguments& s, const StepView& step)
        : Samples(s, step), values(static_cast<const float*>(s.data.pixels)) {}
    __device__ const float* line(int place) const { return values + static_cast<int64_t>(place) * columns; }
    __device__ Held fetch(const float* at, int, int, bool there) const {
        return there ? load_as<float4>(at) : make_float4(0, 0, 0, 0);
    }
    __device__ float4 value(Held held, int row, int column) const {
        const DataArguments& data = arguments().data;
        if (data.kept && row < rows && column < features)
            held = kept_of(kept_bits(row, column) >> column % 32, held, data.kept_scale);
        return with_one(held, column);
    }
};

// Pixels that are bytes. kRaw: handed over as they are, not scaled, since tensor cores hold them exactly; the scale is
// applied to the sums. kOne: with the bias's 1 all the same. kDrops: some may be dropped.
template <bool kRaw, bool kOne, bool kDrops>
struct BytePixels : Samples {
    const uint8_t* values;
    PixelScale scale;

    static constexpr bool kBytes = kRaw;
    struct Held {
        uint32_t word;
        uint32_t kept; // a bit for each of 32 columns
    };

    __device__ BytePixels(const StepArguments& s, const StepView& step)
        : Samples(s, step), values(static_cast<const uint8_t*>(s.data.pixels)), scale(s.data.scale) {}
    __device__ const uint8_t* line(int place) const { return values + static_cast<int64_t>(place) * columns; }
    __device__ Held fetch(const uint8_t* at, int row, int column, bool there) const {
        return {there ? load_as<uint32_t>(at) : 0, kDrops && there ? kept_bits(row, column) : 0};
    }
    __device__ float4 value(const Held& held, int, int column) const {
        uint32_t word = held.word;
        if constexpr (kDrops) // a bit becomes a byte of ones
            word &= ((held.kept >> column % 32 & 15) * 0x204081u & 0x1010101u) * 255u;
        if constexpr (kRaw) {
            if (kOne && column <= features && features < column + 4)
                word |= 1u << 8 * (features - column);
            return make_float4(byte(word, 0), byte(word, 1), byte(word, 2), byte(word, 3));
        } else {
            return with_one(make_float4(scale.value(word & 255), scale.value(word >> 8 & 255),
                                        scale.value(word >> 16 & 255), scale.value(word >> 24)),
                            column);
        }
    }

  private:
    __device__ static float byte(uint32_t word, int number) { return static_cast<float>(word >> 8 * number & 255); }
};

// What is behind the pixels of a row: 16 bytes of its quads, or of its bytes.
__device__ const float kOneAsFloat[4] = {1, 0, 0, 0};
__device__ const uint32_t kOneAsByte[4] = {1, 0, 0, 0};

// The first layer's input as it lies in memory, for a stream; see tile/stream.cuh. Rows of whole pieces of 16 bytes, of
// which nothing is dropped. kOne_: with the bias's 1.
template <typename Element_, bool kOne_>
struct SampleRows {
    using Element = Element_;
    static constexpr bool kBytes = sizeof(Element) == 1, kLookedUp = true, kOne = kOne_;
    const Element* values;
    int columns, rows, index;
    int stride; // of a row: see Samples

    __device__ SampleRows(const StepArguments& s, const StepView& step)
        : values(static_cast<const Element*>(s.data.pixels)), columns(s.data.features), rows(step.rows),
          index(step.index), stride(static_cast<int>(s.data.stride)) {}
    __device__ int place(int row) const {
        const StepArguments& s = arguments();
        return rows <= kSamplesHeld ? sample_memory[index & 1][row] : StepView(s, index).looked_up(s, row);
    }
    __device__ const Element* line(int row) const { return values + static_cast<int64_t>(place(row)) * stride; }
    __device__ static const void* one() {
        return kBytes ? static_cast<const void*>(kOneAsByte) : static_cast<const void*>(kOneAsFloat);
    }
};

template <typename Source>
constexpr bool kStreams = false;
template <>
constexpr bool kStreams<Matrix> = true;
template <typename Element, bool kOne>
constexpr bool kStreams<SampleRows<Element, kOne>> = true;

__device__ inline float* inputs(const NetArguments& net, const LayerLayout& layer) {
    return global(net.activations + layer.input * net.rows_held);
}

__device__ inline float* gradients(const NetArguments& net, const LayerLayout& layer) {
    return global(net.gradients + layer.gradient * net.rows_held);
}

__device__ inline Matrix weights(const NetArguments& net, const LayerLayout& layer) {
    return {global(net.parameters) + layer.weight, layer.weight_stride, layer.fan_out};
}

// dloss/dz of a layer.
__device__ inline Matrix upstream(const NetArguments& net, const LayerLayout& layer, int rows) {
    return {gradients(net, layer), layer.gradient_stride, rows};
}

// [rows, fan_in + 1] as a Matrix, or the first layer's Pixels.
template <typename Source>
__device__ Source source_of(const StepArguments& s, const StepView& step, const LayerLayout& layer) {
    if constexpr (std::is_same_v<Source, Matrix>) {
        return {inputs(s.net, layer), layer.weight_stride, step.rows};
    } else {
        return Source(s, step);
    }
}

template <typename T>
struct SourceIs {
    using type = T;
};

// Tells visit() what a layer reads. Engines on tensor cores take bytes raw, and stream what they can; kOne: whether the
// bias's 1 comes with them.
template <typename E, bool kOne, typename Visit>
__device__ void with_input(const StepArguments& s, int l, bool streams, Visit&& visit) {
    constexpr bool kRaw = E::kTensorCores;
    if (l > 0)
        return visit(SourceIs<Matrix>());
    if constexpr (E::kTensorCores) {
        if (streams) {
            if (s.data.bytes)
                return visit(SourceIs<SampleRows<uint8_t, kOne>>());
            return visit(SourceIs<SampleRows<float, true>>());
        }
    }
    if (!s.data.bytes) {
        visit(SourceIs<FloatPixels>());
    } else if (s.data.kept) {
        visit(SourceIs<BytePixels<kRaw, kOne || !kRaw, true>>());
    } else {
        visit(SourceIs<BytePixels<kRaw, kOne || !kRaw, false>>());
    }
}

// The inputs that are always 1, one for each row that there is room for.
__device__ inline void fill_ones(const NetArguments& net) {
    for (int l = 1; l < net.layer_count; ++l) {
        const LayerLayout layer = layer_at(net, l);
        for (int row = blockIdx.x * kThreads + threadIdx.x; row < net.rows_held; row += gridDim.x * kThreads) {
            inputs(net, layer)[static_cast<int64_t>(row) * layer.weight_stride + layer.fan_in] = 1.0f;
        }
    }
}

} // namespace mn::cuda
