// Room "batch": the samples that a step works on, and where their values lie: what each layer reads, and dloss/dz.
#pragma once

#include "cuda/arguments.h"
#include "cuda/tile/feed.cuh"

namespace mn::cuda {

constexpr int kArgumentFloats = sizeof(StepArguments) / sizeof(float);
static_assert(sizeof(StepArguments) % sizeof(float) == 0);

// Not handed from function to function, as tile_memory is not.
alignas(16) static __shared__ float argument_memory[kArgumentFloats];

__device__ inline const StepArguments& arguments() {
    return *reinterpret_cast<const StepArguments*>(argument_memory);
}

// By the whole block, before arguments().
__device__ inline void take_arguments(const StepArguments* given) {
    for (int i = threadIdx.x; i < kArgumentFloats; i += kThreads)
        argument_memory[i] = reinterpret_cast<const float*>(given)[i];
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
        const int at = place(s, row);
        return s.data.order ? s.data.order[at] : at;
    }
    __device__ int label(const StepArguments& s, int row) const { return s.data.labels[sample(s, row)]; }
    __device__ float weight(const StepArguments& s, int row) const {
        return s.data.sample_weights ? s.data.sample_weights[sample(s, row)] : 1.0f;
    }
};

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

// A layer's input: a matrix, or samples of the data set selected by the order of the pass, followed by the bias's 1.
struct Input {
    Matrix matrix; // no values: samples
    const DataArguments* data;
    int first; // of row 0: its position in the order, or where there is none its sample
    int kept;  // offset of row 0's bits, where some pixels are dropped

    __device__ int place(int row) const {
        if (matrix.values || row >= matrix.rows)
            return matrix.place(row);
        return data->order ? data->order[first + row] : first + row;
    }
    __device__ float4 quad(int place, int row, int column) const {
        if (matrix.values || place < 0 || column >= matrix.stride)
            return matrix.quad(place, row, column);
        const int64_t offset = place * data->stride;
        const float4 v = column + 4 <= data->features ? pixels(offset + column) : last_pixels(offset, column);
        return data->kept && column < data->features ? kept_pixels(row, column, v) : v;
    }

  private:
    __device__ float4 kept_pixels(int row, int column, float4 v) const {
        const uint32_t bits = data->kept[kept + row * data->kept_words + column / 32] >> column % 32;
        return make_float4(kept_pixel(bits & 1, column, v.x), kept_pixel(bits & 2, column + 1, v.y),
                           kept_pixel(bits & 4, column + 2, v.z), kept_pixel(bits & 8, column + 3, v.w));
    }
    // The bias's 1 behind the pixels stays.
    __device__ float kept_pixel(uint32_t bit, int column, float v) const {
        if (column >= data->features)
            return v;
        return bit ? v * data->kept_scale : 0.0f;
    }
    __device__ float4 pixels(int64_t at) const {
        if (!data->bytes)
            return *reinterpret_cast<const float4*>(static_cast<const float*>(data->pixels) + at);
        const uchar4 b = *reinterpret_cast<const uchar4*>(static_cast<const uint8_t*>(data->pixels) + at);
        const PixelScale& s = data->scale;
        return make_float4(s.value(b.x), s.value(b.y), s.value(b.z), s.value(b.w));
    }
    __device__ float4 last_pixels(int64_t offset, int column) const {
        return make_float4(one_pixel(offset, column), one_pixel(offset, column + 1), one_pixel(offset, column + 2),
                           one_pixel(offset, column + 3));
    }
    __device__ float one_pixel(int64_t offset, int column) const {
        if (column >= data->features)
            return column == data->features ? 1.0f : 0.0f;
        const int64_t at = offset + column;
        return data->bytes ? data->scale.value(static_cast<const uint8_t*>(data->pixels)[at])
                           : static_cast<const float*>(data->pixels)[at];
    }
};

__device__ inline float* inputs(const NetArguments& net, const LayerLayout& layer) {
    return net.activations + layer.input * net.rows_held;
}

__device__ inline float* gradients(const NetArguments& net, const LayerLayout& layer) {
    return net.gradients + layer.gradient * net.rows_held;
}

// [rows, fan_in + 1]: the pixels for the first layer.
__device__ inline Input layer_input(const StepArguments& s, const StepView& step, int l) {
    const LayerLayout& layer = s.net.layers[l];
    const float* const values = l > 0 ? inputs(s.net, layer) : nullptr;
    return {{values, layer.weight_stride, step.rows}, &s.data, step.place(s, 0), kept_offset(s, step.index)};
}

__device__ inline Matrix weights(const NetArguments& net, const LayerLayout& layer) {
    return {net.parameters + layer.weight, layer.weight_stride, layer.fan_out};
}

// dloss/dz of a layer.
__device__ inline Matrix upstream(const NetArguments& net, const LayerLayout& layer, int rows) {
    return {gradients(net, layer), layer.gradient_stride, rows};
}

// The inputs that are always 1, one for each row that there is room for.
__device__ inline void fill_ones(const NetArguments& net) {
    for (int l = 1; l < net.layer_count; ++l) {
        const LayerLayout& layer = net.layers[l];
        for (int row = blockIdx.x * kThreads + threadIdx.x; row < net.rows_held; row += gridDim.x * kThreads) {
            inputs(net, layer)[static_cast<int64_t>(row) * layer.weight_stride + layer.fan_in] = 1.0f;
        }
    }
}

} // namespace mn::cuda
