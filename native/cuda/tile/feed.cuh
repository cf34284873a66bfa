// Where a product's operands come from: device memory to registers, then to shared memory.
#pragma once

#include <cstdint>

#include "cuda/tile/shape.h"

namespace mn::cuda {

// Floats in device memory, read four columns at a time. Zero outside.
struct Matrix {
    const float* values;
    int stride, rows;

    // Of a row: what quad() finds it by, beside the row itself; less than 0 outside.
    __device__ int place(int row) const { return row < rows ? row : -1; }
    __device__ float4 quad(int place, int, int column) const {
        if (place < 0 || column >= stride)
            return make_float4(0, 0, 0, 0);
        return *reinterpret_cast<const float4*>(values + static_cast<int64_t>(place) * stride + column);
    }
};

// A source is a Matrix or whatever else has place() and quad().
// Feeds one operand: fetch() into registers, store() into shared memory as [depth][tile].
template <int Tile, typename Source>
struct FeedAlongK { // the source's rows are the tile's rows
    using Shape = TileShape<Tile>;
    const Source source;
    int row, place;
    float4 held[Shape::kLoads];

    __device__ FeedAlongK(const Source& s, int i0)
        : source(s), row(i0 + spot_along_k<Tile>(threadIdx.x).i), place(s.place(row)) {}
    __device__ void fetch(int k0) {
        k0 += spot_along_k<Tile>(threadIdx.x).k;
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j)
            held[j] = source.quad(place, row, k0 + j * Shape::kLoadDepth);
    }
    __device__ void store(float* operand) const {
        const Spot at = spot_along_k<Tile>(threadIdx.x);
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j) {
            float* const to = operand + j * Shape::kLoadDepth * Tile;
            to[operand_index<Tile>(at.k, at.i)] = held[j].x;
            to[operand_index<Tile>(at.k + 1, at.i)] = held[j].y;
            to[operand_index<Tile>(at.k + 2, at.i)] = held[j].z;
            to[operand_index<Tile>(at.k + 3, at.i)] = held[j].w;
        }
    }
};

template <int Tile, typename Source>
struct FeedAlongI { // the source's rows are the depth; their places are looked up one round ahead
    using Shape = TileShape<Tile>;
    const Source source;
    int i0;
    int places[Shape::kLoads];
    float4 held[Shape::kLoads];

    __device__ FeedAlongI(const Source& s, int first) : source(s), i0(first) { look_up(0); }
    __device__ void fetch(int k0) {
        const Spot at = spot_along_i<Tile>(threadIdx.x);
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j)
            held[j] = source.quad(places[j], k0 + at.k + j * Shape::kLoadDepth, i0 + at.i);
        look_up(k0 + Shape::kDepth);
    }
    __device__ void store(float* operand) const {
        const Spot at = spot_along_i<Tile>(threadIdx.x);
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j) {
            float* const to = operand + j * Shape::kLoadDepth * Tile;
            *reinterpret_cast<float4*>(to + operand_index<Tile>(at.k, at.i)) = held[j];
        }
    }

  private:
    __device__ void look_up(int k0) {
        k0 += spot_along_i<Tile>(threadIdx.x).k;
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j)
            places[j] = source.place(k0 + j * Shape::kLoadDepth);
    }
};

} // namespace mn::cuda
