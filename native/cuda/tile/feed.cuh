// Where a product's operands come from: device memory to registers, as it lies there, then to shared memory. Nothing is
// converted before it is stored, so that nobody waits for a load while the block multiplies.
#pragma once

#include <cstdint>

#include "cuda/tile/global.cuh"
#include "cuda/tile/shape.h"

namespace mn::cuda {

// A source has `rows` rows of `columns` floats or bytes, zeros beyond; read four columns at a time.
// place(row): what line() finds a row by; where kLookedUp, it takes a load and is asked for one round ahead.
// fetch(at, row, column, there): what value(held, row, column) makes four values of, later. Nothing is loaded where not
// `there`.
struct Matrix {
    const float* values;
    int columns, rows;
    int stride = columns; // of its rows, where fewer columns are wanted

    static constexpr bool kBytes = false, kLookedUp = false, kOne = false;
    using Element = float;
    using Held = float4;

    __device__ int place(int row) const { return row; }
    __device__ const float* line(int place) const { return values + static_cast<int64_t>(place) * columns; }
    __device__ Held fetch(const float* at, int, int, bool there) const {
        return there ? load_as<float4>(at) : make_float4(0, 0, 0, 0);
    }
    __device__ float4 value(const Held& held, int, int) const { return held; }
};

// Feeds one operand of engine E: fetch() into registers, store() into shared memory.
template <typename E, int Tile, typename Source>
struct FeedAlongK { // the source's rows are the tile's rows
    using Shape = TileShape<Tile>;
    using Layout = typename E::template Layout<Tile>;
    static constexpr bool kBytes = Source::kBytes;
    const Source source;
    int i0;
    decltype(source.line(0)) lines[Shape::kLoads];
    int columns[Shape::kLoads];
    typename Source::Held held[Shape::kLoads];

    __device__ FeedAlongK(const Source& s, int first) : source(s), i0(first) {
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j) {
            const int row = i0 + Layout::along_k(threadIdx.x, j).i;
            columns[j] = row < s.rows ? s.columns : 0;
            lines[j] = s.line(row < s.rows ? s.place(row) : 0);
        }
    }
    __device__ void fetch(int k0) {
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j) {
            const Spot at = Layout::along_k(threadIdx.x, j);
            held[j] = source.fetch(lines[j] + k0 + at.k, i0 + at.i, k0 + at.k, k0 + at.k < columns[j]);
        }
    }
    __device__ void store(float* operand, int k0) const {
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j) {
            const Spot at = Layout::along_k(threadIdx.x, j);
            E::template put_along_k<Tile, kBytes>(operand, at, source.value(held[j], i0 + at.i, k0 + at.k));
        }
    }
};

template <typename E, int Tile, typename Source>
struct FeedAlongI { // the source's rows are the depth
    using Shape = TileShape<Tile>;
    using Layout = typename E::template Layout<Tile>;
    static constexpr bool kBytes = Source::kBytes;
    const Source source;
    int column, rows;
    int places[Shape::kLoads] = {}; // where rows are looked up,
    decltype(source.line(0)) next;  // else of load 0
    typename Source::Held held[Shape::kLoads];

    __device__ FeedAlongI(const Source& s, int i0) : source(s), column(i0 + Layout::along_i(threadIdx.x, 0).i) {
        rows = column < s.columns ? s.rows : 0;
        next = s.line(Layout::along_i(threadIdx.x, 0).k) + column;
        look_up(0);
    }
    __device__ void fetch(int k0) {
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j) {
            const int row = k0 + Layout::along_i(threadIdx.x, j).k;
            const int further = Layout::along_i(threadIdx.x, j).k - Layout::along_i(threadIdx.x, 0).k;
            const auto* const at =
                Source::kLookedUp ? source.line(places[j]) + column : next + further * source.columns;
            held[j] = source.fetch(at, row, column, row < rows);
        }
        next += static_cast<int64_t>(Shape::kDepth) * source.columns;
        look_up(k0 + Shape::kDepth);
    }
    __device__ void store(float* operand, int k0) const {
        float4 values[Shape::kLoads];
#pragma unroll
        for (int j = 0; j < Shape::kLoads; ++j)
            values[j] = source.value(held[j], k0 + Layout::along_i(threadIdx.x, j).k, column);
        E::template put_along_i<Tile, kBytes>(operand, values);
    }

  private:
    __device__ void look_up(int k0) {
        if constexpr (Source::kLookedUp) {
#pragma unroll
            for (int j = 0; j < Shape::kLoads; ++j) {
                const int row = k0 + Layout::along_i(threadIdx.x, j).k;
                if (row < rows)
                    places[j] = source.place(row);
            }
        }
    }
};

} // namespace mn::cuda
