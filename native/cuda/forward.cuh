// Room "forward": a layer's outputs, its activation applied in the hidden ones.
#pragma once

#include "cuda/activation.cuh"
#include "cuda/batch.cuh"
#include "cuda/dropout.cuh"
#include "cuda/plan.cuh"
#include "cuda/tile/pipeline.cuh"
#include "cuda/tile/quad.cuh"
#include "cuda/tile/tile.cuh"

namespace mn::cuda {

// Hands on outputs n .. n + 3 of a row, if there is such a place.
__device__ __noinline__ inline void hand_on(int index, int l, int row, int n, float4 z) {
    const StepArguments& s = arguments();
    const LayerLayout layer = layer_at(s.net, l);
    if (row >= StepView(s, index).rows || n >= layer.fan_out)
        return;
    if (l + 1 == s.net.layer_count) {
        store_quad(gradients(s.net, layer) + row * static_cast<int64_t>(layer.gradient_stride) + n, z,
                   layer.fan_out - n);
        return;
    }
    const LayerLayout above = layer_at(s.net, l + 1);
    float* const slopes = gradients(s.net, layer) + row * static_cast<int64_t>(layer.gradient_stride) + n;
    z = activated(layer.activation, z, s.outcomes ? slopes : nullptr, layer.fan_out - n);
    if (s.hidden_dropout.drops)
        z = dropped(s.hidden_dropout, index, l + 1, row, n, z);
    store_quad(inputs(s.net, above) + row * static_cast<int64_t>(above.weight_stride) + n, z, layer.fan_out - n);
}

// Bytes that were multiplied as they are have their scale and the bias still to come.
struct FromBytes {
    float4 bias;

    __device__ FromBytes(const StepArguments& s, const LayerLayout& layer, int n) {
        const float* const weight = global(s.net.parameters) + layer.weight + layer.fan_in;
        const auto at = [&](int out) {
            return out < layer.fan_out ? weight[int64_t{out} * layer.weight_stride] : 0.0f;
        };
        bias = make_float4(at(n), at(n + 1), at(n + 2), at(n + 3));
    }
    FromBytes() = default;
    __device__ float4 output(float4 sum) const {
        const PixelScale& scale = arguments().data.scale;
        return make_float4(scale.times(sum.x) + bias.x, scale.times(sum.y) + bias.y, scale.times(sum.z) + bias.z,
                           scale.times(sum.w) + bias.w);
    }
};

// What becomes of a tile's sums: see multiply_streams().
template <bool kBytes>
struct ForwardEpilogue {
    int index, l, first_row, first_n;
    FromBytes bytes;

    __device__ void prepare(int, int column) {
        const StepArguments& s = arguments();
        if constexpr (kBytes)
            bytes = FromBytes(s, layer_at(s.net, l), first_n + column);
    }
    __device__ void finish(int row, int column, float4 z) const {
        const StepArguments& s = arguments();
        row += first_row;
        column += first_n;
        if constexpr (kBytes)
            z = bytes.output(z);
        const bool plain = l + 1 < s.net.layer_count && !s.hidden_dropout.drops &&
                           layer_at(s.net, l).activation.kind == ActivationKind::relu;
        if (!plain)
            return hand_on(index, l, row, column, z);
        const LayerLayout above = layer_at(s.net, l + 1);
        if (row < StepView(s, index).rows && column < above.fan_in) {
            z = make_float4(Relu::value(z.x, 0), Relu::value(z.y, 0), Relu::value(z.z, 0), Relu::value(z.w, 0));
            store_quad(inputs(s.net, above) + int64_t{row} * above.weight_stride + column, z, above.fan_in - column);
        }
    }
};

// The block's share of the layer's tiles.
template <typename E, Cut kCut, typename Source>
__device__ __noinline__ void forward_streams(int index, int l) {
    // lines of bytes are short: twice as long a stage where one team multiplies all of it
    using Shape = TeamOf<kCut, Source::kBytes && kCut == Cut::large ? 4 : 0>;
    const StepArguments& s = arguments();
    const StepView step(s, index);
    each_tile<Shape::kDown, Shape::kAcross>(step.rows, layer_at(s.net, l).fan_out, 0, [&](int row0, int n0) {
        const LayerLayout layer = layer_at(s.net, l);
        multiply_streams<E, Shape, Source::kLookedUp ? Operand::a : Operand::b>(
            StreamAlongK<Shape, Shape::kDown, Source>(source_of<Source>(s, step, layer), row0),
            StreamAlongK<Shape, Shape::kAcross, Matrix>(weights(s.net, layer), n0),
            Source::kBytes ? layer.fan_in : layer.fan_in + 1, ForwardEpilogue<Source::kBytes>{index, l, row0, n0, {}});
    });
}

// The weights are operand a, of which each warp reads less: they are what an engine may have to take apart.
template <typename E, int Tile, typename Source>
__device__ __noinline__ void forward_tile(int index, int l, int m0, int n0) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout layer = layer_at(s.net, l);
    const FeedAlongK<E, Tile, Matrix> a(weights(s.net, layer), m0);
    const FeedAlongK<E, Tile, Source> b(source_of<Source>(s, step, layer), n0);
    if constexpr (Source::kBytes) {
        const FromBytes bytes(s, layer, m0 + 4 * (threadIdx.x % (Tile / 4))); // what this thread's quads begin with
        multiply_tile<E, Tile, true>(a, b, layer.fan_in, m0, n0,
                                     [&](int n, int row, float4 sum) { hand_on(index, l, row, n, bytes.output(sum)); });
    } else {
        multiply_tile<E, Tile, true>(a, b, layer.fan_in + 1, m0, n0,
                                     [&](int n, int row, float4 z) { hand_on(index, l, row, n, z); });
    }
}

template <typename E, Cut kCut, typename Source>
__device__ void forward_tiles(int index, int l) {
    if constexpr (E::kTensorCores && kStreams<Source>) {
        forward_streams<E, kCut, Source>(index, l);
    } else {
        constexpr int kTile = down_of(kCut);
        const StepArguments& s = arguments();
        meet();
        each_tile<kTile, kTile>(layer_at(s.net, l).fan_out, StepView(s, index).rows, 0,
                                [&](int m0, int n0) { forward_tile<E, kTile, Source>(index, l, m0, n0); });
    }
}

template <typename E>
__device__ void forward(int index, int l) {
    const StepArguments& s = arguments();
    const Cut cut = plan_at<E>(s, l).forward;
    with_input<E, false>(s, l, input_streams, [&](auto source) {
        using Source = typename decltype(source)::type;
        if constexpr (E::kTensorCores && kStreams<Source>) {
            if (cut == Cut::half)
                return forward_tiles<E, Cut::half, Source>(index, l);
        }
        cut == Cut::large ? forward_tiles<E, Cut::large, Source>(index, l)
                          : forward_tiles<E, Cut::square, Source>(index, l);
    });
}

} // namespace mn::cuda
