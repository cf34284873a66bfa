#include "cpu/bf16_kernels.h"

#include <cstring>
#include <utility>

#include "cpu/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
// For the functions below alone, not for what the headers above define.
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")
#endif

namespace mn::cpu {

#if defined(__x86_64__)

namespace {

__m512i load(const void* p) {
    return _mm512_loadu_si512(p);
}
__m512bh pairs_at(const Bf16* p) {
    return reinterpret_cast<__m512bh>(load(p));
}
__m512bh broadcast(uint32_t pair) {
    return reinterpret_cast<__m512bh>(_mm512_set1_epi32(static_cast<int>(pair)));
}

uint32_t pair_at(const Bf16* p) {
    uint32_t pair;
    __builtin_memcpy(&pair, p, sizeof(pair));
    return pair;
}

// Within a block of `block` pairs, pair k of row r begins at a[r * kRowStep + k * kPairStep].
template <int kRows, int64_t kRowStep, int64_t kPairStep>
__attribute__((noinline)) void product_tile(const Bf16Tile& tile, int64_t block) {
    __m512 sum[kRows][2];
    for (int r = 0; r < kRows; ++r)
        sum[r][0] = sum[r][1] = _mm512_setzero_ps();
    const Bf16* a = tile.a;
    const Bf16* b = tile.b;
    for (int64_t first = 0; first < tile.depth; first += block, a += tile.a_panel_stride) {
        const int64_t count = std::min(block, tile.depth - first);
        const Bf16* x = a;
        for (int64_t k = 0; k < count; ++k, x += kPairStep, b += kPairRow) {
            const __m512bh b0 = pairs_at(b), b1 = pairs_at(b + kPanel);
#pragma GCC unroll 16
            for (int r = 0; r < kRows; ++r) {
                const __m512bh value = broadcast(pair_at(x + r * kRowStep));
                sum[r][0] = _mm512_dpbf16_ps(sum[r][0], value, b0);
                sum[r][1] = _mm512_dpbf16_ps(sum[r][1], value, b1);
            }
        }
    }
    const __m512 scale = _mm512_set1_ps(tile.scale);
    for (int r = 0; r < kRows; ++r)
        for (int v = 0; v < 2; ++v)
            _mm512_storeu_ps(tile.out + r * kPanel + v * 16, _mm512_mul_ps(sum[r][v], scale));
}

template <int64_t kRowStep, int64_t kPairStep, int... kMinusOne>
void product(const Bf16Tile& tile, int64_t block, std::integer_sequence<int, kMinusOne...>) {
    using Function = void (*)(const Bf16Tile&, int64_t);
    static constexpr Function kFunctions[] = {product_tile<kMinusOne + 1, kRowStep, kPairStep>...};
    kFunctions[tile.rows - 1](tile, block);
}

template <int kPanels>
__attribute__((noinline)) void gather_tile(const Bf16SparseTile& tile) {
    __m512 sum[kGroup][2 * kPanels];
    for (int r = 0; r < kGroup; ++r)
        for (int v = 0; v < 2 * kPanels; ++v)
            sum[r][v] = _mm512_setzero_ps();
    const uint32_t* a = tile.a;
    const int64_t stride = tile.row_stride;
    for (int64_t i = 0, count = tile.count; i < count; ++i, a += tile.entry_stride) {
        const Bf16* from = tile.b + tile.index[i] * kPairRow;
        __m512bh row[2 * kPanels];
        for (int v = 0; v < 2 * kPanels; ++v)
            row[v] = pairs_at(from + v / 2 * tile.b_panel_stride + v % 2 * kPanel);
        for (int r = 0; r < kGroup; ++r) {
            const __m512bh value = broadcast(a[r * stride]);
            for (int v = 0; v < 2 * kPanels; ++v)
                sum[r][v] = _mm512_dpbf16_ps(sum[r][v], value, row[v]);
        }
    }
    const __m512 scale = _mm512_set1_ps(tile.scale);
    for (int r = 0; r < kGroup; ++r)
        for (int v = 0; v < 2 * kPanels; ++v)
            _mm512_storeu_ps(tile.out + v / 2 * tile.out_panel_stride + r * kPanel + v % 2 * 16,
                             _mm512_mul_ps(sum[r][v], scale));
}

__m512i widen(__m256i halves) {
    return _mm512_cvtepu16_epi32(halves);
}
__m512i interleave(__m256i first, __m256i second) {
    return _mm512_or_si512(widen(first), _mm512_slli_epi32(widen(second), 16));
}
__m256i round(__m512 values) {
    return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values));
}

// The first `count` of 16 lanes; a count beyond 16 is all of them.
__mmask16 first_lanes(int64_t count) {
    return static_cast<__mmask16>((uint64_t{1} << std::clamp<int64_t>(count, 0, 16)) - 1);
}

// A row of 32 floats as 16 words, each a pair of neighbours.
__m512i row_of_pairs(const float* values) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(round(_mm512_loadu_ps(values))),
                              round(_mm512_loadu_ps(values + 16)), 1);
}

} // namespace

void bf16_multiply(const Bf16Tile& tile) {
    product<kPanel, 2>(tile, kPanel / 2, std::make_integer_sequence<int, kBf16TileRows>{});
}

void bf16_outer(const Bf16Tile& tile) {
    product<2, kPairRow>(tile, std::max<int64_t>(tile.depth, 1), std::make_integer_sequence<int, kBf16TileRows>{});
}

void bf16_gather(const Bf16SparseTile& tile) {
    tile.panels == 2 ? gather_tile<2>(tile) : gather_tile<1>(tile);
}

void bf16_rows(const float* values, int64_t rows, Bf16* out) {
    for (int64_t i = 0; i < rows * kPanel; i += 16)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), round(_mm512_loadu_ps(values + i)));
}

void bf16_pairs(const float* values, int64_t rows, Bf16* out) {
    for (int64_t r = 0; r < rows; r += 2, out += kPairRow) {
        for (int64_t c = 0; c < kPanel; c += 16) {
            const float* at = values + r * kPanel + c;
            const __m512 first = _mm512_loadu_ps(at);
            const __m512 second = r + 1 < rows ? _mm512_loadu_ps(at + kPanel) : _mm512_setzero_ps();
            _mm512_storeu_si512(out + 2 * c, interleave(round(first), round(second)));
        }
    }
}

void bf16_transposed_pairs(const float* values, int64_t rows, int64_t pairs, Bf16* out) {
    for (int64_t r = 0; r < rows; r += 4, out += 2 * 4) {
        const int64_t count = std::min<int64_t>(4, rows - r);
        __m512i w[4] = {};
        for (int64_t i = 0; i < count; ++i)
            w[i] = row_of_pairs(values + (r + i) * kPanel);
        const __m512i low01 = _mm512_unpacklo_epi32(w[0], w[1]), high01 = _mm512_unpackhi_epi32(w[0], w[1]);
        const __m512i low23 = _mm512_unpacklo_epi32(w[2], w[3]), high23 = _mm512_unpackhi_epi32(w[2], w[3]);
        // Column 4 * lane + i of the four rows is lane `lane` of columns[i].
        const __m512i columns[4] = {_mm512_unpacklo_epi64(low01, low23), _mm512_unpackhi_epi64(low01, low23),
                                    _mm512_unpacklo_epi64(high01, high23), _mm512_unpackhi_epi64(high01, high23)};
        alignas(64) uint32_t lanes[4][16];
        for (int i = 0; i < 4; ++i)
            _mm512_store_si512(lanes[i], columns[i]);
        for (int64_t pair = 0; pair < pairs; ++pair) {
            const uint32_t* words = &lanes[pair % 4][pair / 4 * 4];
            if (count == 4)
                std::memcpy(out + pair * kPairRow, words, 16); // one store
            else
                std::memcpy(out + pair * kPairRow, words, static_cast<size_t>(count) * 4);
        }
    }
}

void bf16_widen(const uint8_t* bytes, int64_t count, Bf16* out) {
    for (int64_t c = 0; c < kPanel; c += 16) {
        const __m128i raw = _mm_maskz_loadu_epi8(first_lanes(count - c), bytes + c);
        const __m512 values = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(raw));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + c), round(values));
    }
}

void bf16_widen(const float* values, int64_t count, Bf16* out) {
    for (int64_t c = 0; c < kPanel; c += 16) {
        const __m512 some = _mm512_maskz_loadu_ps(first_lanes(count - c), values + c);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + c), round(some));
    }
}

void bf16_interleave(const Bf16* first, const Bf16* second, Bf16* out) {
    for (int64_t c = 0; c < kPanel; c += 16) {
        const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first + c));
        const __m256i high =
            second ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(second + c)) : _mm256_setzero_si256();
        _mm512_storeu_si512(out + 2 * c, interleave(low, high));
    }
}

int64_t bf16_list(const Bf16* const* rows, int32_t first_pair, int32_t* index, uint32_t* values, int64_t row_stride) {
    const __m512i r0 = load(rows[0]), r1 = load(rows[1]), r2 = load(rows[2]), r3 = load(rows[3]);
    const __m512i some = _mm512_or_si512(_mm512_or_si512(r0, r1), _mm512_or_si512(r2, r3));
    const __mmask16 mask = _mm512_test_epi32_mask(some, some);
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i numbers = _mm512_add_epi32(lanes, _mm512_set1_epi32(first_pair));
    _mm512_storeu_si512(index, _mm512_maskz_compress_epi32(mask, numbers));
    _mm512_storeu_si512(values, _mm512_maskz_compress_epi32(mask, r0));
    _mm512_storeu_si512(values + row_stride, _mm512_maskz_compress_epi32(mask, r1));
    _mm512_storeu_si512(values + 2 * row_stride, _mm512_maskz_compress_epi32(mask, r2));
    _mm512_storeu_si512(values + 3 * row_stride, _mm512_maskz_compress_epi32(mask, r3));
    return __builtin_popcount(mask);
}

void bf16_list_groups(const Bf16* pair_row, int32_t number, int64_t stride, int32_t* counts, int32_t* index,
                      uint32_t* values) {
    for (int64_t half = 0; half < 2; ++half) {
        const __m512i row = load(pair_row + half * kPanel);
        const uint32_t lanes = _mm512_test_epi32_mask(row, row);
        const __m128i groups[4] = {_mm512_extracti32x4_epi32(row, 0), _mm512_extracti32x4_epi32(row, 1),
                                   _mm512_extracti32x4_epi32(row, 2), _mm512_extracti32x4_epi32(row, 3)};
        for (int64_t i = 0; i < 4;
             ++i) { // without a branch, which would be a guess: each entry is written, not each kept
            const int64_t q = half * 4 + i, at = q * stride + counts[q];
            index[at] = number;
            _mm_storeu_si128(reinterpret_cast<__m128i*>(values + at * kGroup), groups[i]);
            counts[q] += (lanes >> (4 * i) & 15) != 0;
        }
    }
}

#pragma GCC pop_options

bool bf16_usable() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bf16");
}

#else

bool bf16_usable() {
    return false;
}
void bf16_multiply(const Bf16Tile&) {}
void bf16_outer(const Bf16Tile&) {}
void bf16_gather(const Bf16SparseTile&) {}
void bf16_rows(const float*, int64_t, Bf16*) {}
void bf16_pairs(const float*, int64_t, Bf16*) {}
void bf16_transposed_pairs(const float*, int64_t, int64_t, Bf16*) {}
void bf16_widen(const uint8_t*, int64_t, Bf16*) {}
void bf16_widen(const float*, int64_t, Bf16*) {}
void bf16_interleave(const Bf16*, const Bf16*, Bf16*) {}
int64_t bf16_list(const Bf16* const*, int32_t, int32_t*, uint32_t*, int64_t) {
    return 0;
}
void bf16_list_groups(const Bf16*, int32_t, int64_t, int32_t*, int32_t*, uint32_t*) {}

#endif

} // namespace mn::cpu
