#include "cpu/kernels/bf16.h"

#include <cstring>
#include <utility>

#include "cpu/kernels/kernels.h"

#include <immintrin.h>
// For the functions below alone, not for what the headers above define.
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")

namespace mn::cpu {

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

__m512i widen(__m256i words) {
    return _mm512_cvtepu16_epi32(words);
}
__m512i interleave(__m256i first, __m256i second) {
    return _mm512_or_si512(widen(first), _mm512_slli_epi32(widen(second), 16));
}
__m256i round(__m512 values) {
    return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values));
}

#include "cpu/kernels/bf16-numbers-inl.h"

using Relu = ActivationRule<ActivationKind::relu>;

// A sum after its epilogue; vector v of a row. The activation is ReLU: see in_registers.
template <Epilogue kEpilogue>
MN_INLINE __m512 after_epilogue(__m512 x, const Bf16Finish& f, int64_t row, int v) {
    const __m512 scale = _mm512_set1_ps(f.scale);
    if constexpr (kEpilogue == Epilogue::none)
        return _mm512_mul_ps(x, scale);
    if constexpr (kEpilogue == Epilogue::slope) {
        const __m512 value =
            _mm512_mul_ps(_mm512_loadu_ps(f.beside + row * kPanel + v * 16), _mm512_set1_ps(f.beside_scale));
        return Relu::times_slope(_mm512_mul_ps(x, scale), value, 0);
    }
    const __m512 biased = _mm512_fmadd_ps(x, scale, _mm512_loadu_ps(f.beside + v * 16));
    if constexpr (kEpilogue == Epilogue::activate)
        return Relu::value(biased, 0);
    return biased;
}

// What dropout leaves of vector v of a row.
MN_INLINE __m512 kept_of(__m512 value, const Bf16Finish& f, int64_t row, int64_t v) {
    const uint32_t bits = f.kept[v / 2 * f.kept_panel_stride + row] >> v % 2 * 16;
    return _mm512_maskz_mul_ps(static_cast<__mmask16>(bits), value, _mm512_set1_ps(f.kept_scale));
}

// And after dropout. Only these two have it.
template <Epilogue kEpilogue>
MN_INLINE __m512 finished(__m512 x, const Bf16Finish& f, int64_t row, int v) {
    const __m512 value = after_epilogue<kEpilogue>(x, f, row, v);
    if constexpr (kEpilogue == Epilogue::activate || kEpilogue == Epilogue::slope) {
        if (f.kept)
            return kept_of(value, f, row, v);
    }
    return value;
}

// Two rows at a time, of which the second may be missing, so that the pairs form is made of what is in registers.
template <Epilogue kEpilogue, int kRows, int kVectors>
MN_INLINE void store_finished(const __m512 (&sum)[kRows][kVectors], const Bf16Finish& f, int64_t row) {
    float* const out = f.out;
    Bf16 *const rows = f.rows, *const pairs = f.pairs;
    const int64_t out_stride = f.out_panel_stride, bf16_stride = f.bf16_panel_stride;
#pragma GCC unroll 16
    for (int r = 0; r < kRows; r += 2) {
#pragma GCC unroll 16
        for (int v = 0; v < kVectors; ++v) {
            const int64_t at = (row + r) * kPanel + v % 2 * 16, to = v / 2 * bf16_stride + at;
            const __m512 first = finished<kEpilogue>(sum[r][v], f, row + r, v);
            const __m256i first_rounded = round(first);
            __m256i second_rounded = _mm256_setzero_si256();
            _mm512_storeu_ps(out + v / 2 * out_stride + at, first);
            if (rows)
                _mm256_storeu_si256(reinterpret_cast<__m256i*>(rows + to), first_rounded);
            if (r + 1 < kRows) {
                const __m512 second = finished<kEpilogue>(sum[r + 1 < kRows ? r + 1 : r][v], f, row + r + 1, v);
                second_rounded = round(second);
                _mm512_storeu_ps(out + v / 2 * out_stride + at + kPanel, second);
                if (rows)
                    _mm256_storeu_si256(reinterpret_cast<__m256i*>(rows + to + kPanel), second_rounded);
            }
            if (pairs)
                _mm512_storeu_si512(pairs + to + v % 2 * 16, interleave(first_rounded, second_rounded));
        }
    }
}

// Stores the rows from `row` on of what the sums are for.
template <int kRows, int kVectors>
MN_INLINE void store_sums(const __m512 (&sum)[kRows][kVectors], const Bf16Finish& f, int64_t row) {
    switch (f.epilogue) {
    case Epilogue::none:
        return store_finished<Epilogue::none>(sum, f, row);
    case Epilogue::bias:
        return store_finished<Epilogue::bias>(sum, f, row);
    case Epilogue::activate:
        return store_finished<Epilogue::activate>(sum, f, row);
    case Epilogue::slope:
        return store_finished<Epilogue::slope>(sum, f, row);
    }
}

// Whether an epilogue is applied before the sums are stored.
bool in_registers(const Bf16Finish& f) {
    return f.epilogue == Epilogue::none || f.epilogue == Epilogue::bias || f.activation.kind == ActivationKind::relu;
}

// What the sums of a product are stored for, at first: an activation that is not applied in registers goes over them.
Bf16Finish without_activation(Bf16Finish f, float* sums) {
    f.epilogue = f.epilogue == Epilogue::slope ? Epilogue::none : Epilogue::bias;
    f.out = sums;
    f.rows = f.pairs = nullptr;
    f.kept = nullptr;
    return f;
}

// Rows [rows][kPanel] of sums, of which the first `columns` columns are wanted.
struct StoredSums {
    const float* sums;
    int64_t rows, columns;

    // Stores change(sums, index), and what dropout leaves of it, for a finish of one panel; its `out` may be sums.
    template <class Change>
    MN_INLINE void finish(const Bf16Finish& f, const Change& change) const {
        const auto finished = [&](int64_t r, int64_t at) MN_LAMBDA {
            const __m512 value = change(_mm512_loadu_ps(sums + at), at);
            return f.kept ? kept_of(value, f, r, at % kPanel / 16) : value;
        };
        for (int64_t r = 0; r < rows; r += 2) {
            for (int64_t at = r * kPanel; at < r * kPanel + columns; at += 16) {
                const __m512 first = finished(r, at);
                const __m256i first_rounded = round(first);
                __m256i second_rounded = _mm256_setzero_si256();
                _mm512_storeu_ps(f.out + at, first);
                if (f.rows)
                    _mm256_storeu_si256(reinterpret_cast<__m256i*>(f.rows + at), first_rounded);
                if (const int64_t next = at + kPanel; r + 1 < rows) {
                    const __m512 second = finished(r + 1, next);
                    second_rounded = round(second);
                    _mm512_storeu_ps(f.out + next, second);
                    if (f.rows)
                        _mm256_storeu_si256(reinterpret_cast<__m256i*>(f.rows + next), second_rounded);
                }
                if (f.pairs)
                    _mm512_storeu_si512(f.pairs + at + at % kPanel, interleave(first_rounded, second_rounded));
            }
        }
    }
};

template <ActivationKind kKind>
__attribute__((noinline)) void activate_with(const StoredSums& stored, const Bf16Finish& f) {
    using Rule = ActivationRule<kKind>;
    const float parameter = static_cast<float>(f.activation.parameter);
    if constexpr (may_keep_slope(kKind)) {
        if (f.slopes) {
            stored.finish(f, [&](__m512 z, int64_t at) MN_LAMBDA {
                __m512 slope;
                const __m512 value = Rule::value_and_slope(z, parameter, slope);
                _mm512_storeu_ps(f.slopes + at, slope);
                return value;
            });
            return;
        }
    }
    stored.finish(f, [&](__m512 z, int64_t) MN_LAMBDA { return Rule::value(z, parameter); });
}

template <ActivationKind kKind>
__attribute__((noinline)) void times_slope_with(const StoredSums& stored, const Bf16Finish& f) {
    const float parameter = static_cast<float>(f.activation.parameter);
    stored.finish(f, [&](__m512 gradient, int64_t at) MN_LAMBDA {
        const __m512 value = _mm512_mul_ps(_mm512_loadu_ps(f.beside + at), _mm512_set1_ps(f.beside_scale));
        return ActivationRule<kKind>::times_slope(gradient, value, parameter);
    });
}

__attribute__((noinline)) void times_kept_slope(const StoredSums& stored, const Bf16Finish& f) {
    stored.finish(f, [&](__m512 gradient, int64_t at)
                         MN_LAMBDA { return _mm512_mul_ps(gradient, _mm512_loadu_ps(f.beside + at)); });
}

// The rest of an epilogue, of one panel.
void finish_stored(const StoredSums& stored, const Bf16Finish& f) {
    if (f.epilogue == Epilogue::activate)
        return with_activation(f.activation.kind, [&](auto chosen) { activate_with<chosen.value>(stored, f); });
    if (!slope_follows_from_value(f.activation))
        return times_kept_slope(stored, f);
    with_activation(f.activation.kind, [&](auto chosen) {
        if constexpr (slope_follows_from_value(chosen.value))
            times_slope_with<chosen.value>(stored, f);
    });
}

// Within a block of `block` pairs, pair k of row r begins at a[r * kRowStep + k * kPairStep].
template <int kRows, int kVectors, int64_t kRowStep, int64_t kPairStep>
__attribute__((noinline)) void product_tile(const Bf16Tile& tile, int64_t block) {
    __m512 sum[kRows][kVectors];
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; ++v)
            sum[r][v] = _mm512_setzero_ps();
    const Bf16* a = tile.a;
    const Bf16* b = tile.b;
    for (int64_t first = 0; first < tile.depth; first += block, a += tile.a_panel_stride) {
        const int64_t count = std::min(block, tile.depth - first);
        const Bf16* x = a;
        for (int64_t k = 0; k < count; ++k, x += kPairStep, b += kPairRow) {
            __m512bh row[kVectors];
            for (int v = 0; v < kVectors; ++v)
                row[v] = pairs_at(b + v * kPanel);
#pragma GCC unroll 16
            for (int r = 0; r < kRows; ++r) {
                const __m512bh value = broadcast(pair_at(x + r * kRowStep));
#pragma GCC unroll 2
                for (int v = 0; v < kVectors; ++v)
                    sum[r][v] = _mm512_dpbf16_ps(sum[r][v], value, row[v]);
            }
        }
    }
    store_sums(sum, tile.finish, 0);
}

template <int64_t kRowStep, int64_t kPairStep, int... kMinusOne>
void product(const Bf16Tile& tile, int64_t block, std::integer_sequence<int, kMinusOne...>) {
    using Function = void (*)(const Bf16Tile&, int64_t);
    static constexpr Function kOne[] = {product_tile<kMinusOne + 1, 1, kRowStep, kPairStep>...};
    static constexpr Function kTwo[] = {product_tile<kMinusOne + 1, 2, kRowStep, kPairStep>...};
    (tile.columns > 16 ? kTwo : kOne)[tile.rows - 1](tile, block);
}

template <int kPanels>
__attribute__((noinline)) void gather_tile(const Bf16SparseTile& tile) {
    constexpr int kVectors = 2 * kPanels;
    const int32_t* index = tile.index;
    const uint32_t* values = tile.values;
    const int64_t capacity = tile.capacity, stride = tile.b_panel_stride;
    for (int64_t g = 0; g < tile.groups; ++g, index += capacity, values += kGroup * capacity) {
        __m512 sum[kGroup][kVectors];
        for (int r = 0; r < kGroup; ++r)
            for (int v = 0; v < kVectors; ++v)
                sum[r][v] = _mm512_setzero_ps();
        for (int64_t i = 0, count = tile.counts[g]; i < count; ++i) {
            const Bf16* from = tile.b + index[i] * kPairRow;
            __m512bh row[kVectors];
            for (int v = 0; v < kVectors; ++v)
                row[v] = pairs_at(from + v / 2 * stride + v % 2 * kPanel);
            for (int r = 0; r < kGroup; ++r) {
                const __m512bh value = broadcast(values[r * capacity + i]);
                for (int v = 0; v < kVectors; ++v)
                    sum[r][v] = _mm512_dpbf16_ps(sum[r][v], value, row[v]);
            }
        }
        store_sums(sum, tile.finish, g * kGroup);
    }
}

void gather_sums(const Bf16SparseTile& tile) {
    tile.panels == 2 ? gather_tile<2>(tile) : gather_tile<1>(tile);
}

// A finish's part from number `at` of a panel on.
Bf16Finish rows_of_panel(Bf16Finish f, int64_t panel, int64_t at) {
    f.out += panel * f.out_panel_stride + at;
    if (f.slopes)
        f.slopes += panel * f.out_panel_stride + at;
    if (f.kept)
        f.kept += panel * f.kept_panel_stride + at / kPanel;
    if (f.rows)
        f.rows += panel * f.bf16_panel_stride + at;
    if (f.pairs)
        f.pairs += panel * f.bf16_panel_stride + at;
    return f;
}

__m512i numbers_from(int32_t first) {
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_add_epi32(lanes, _mm512_set1_epi32(first));
}

// The pair of bf16 numbers for the lowest byte of each lane, which are exact: the upper half of a float.
__m512i pair_of_bytes(__m512i low, __m512i high) {
    const __m512i byte = _mm512_set1_epi32(255);
    const __m512i first = _mm512_castps_si512(_mm512_cvtepi32_ps(_mm512_and_si512(low, byte)));
    const __m512i second = _mm512_castps_si512(_mm512_cvtepi32_ps(_mm512_and_si512(high, byte)));
    return _mm512_or_si512(_mm512_srli_epi32(first, 16), second);
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
    constexpr std::make_integer_sequence<int, kBf16TileRows> kRows;
    if (in_registers(tile.finish))
        return product<kPanel, 2>(tile, kPanel / 2, kRows);
    alignas(64) float sums[kBf16TileRows * kPanel]; // not finish.out: the slopes may be there
    Bf16Tile plain = tile;
    plain.finish = without_activation(tile.finish, sums);
    product<kPanel, 2>(plain, kPanel / 2, kRows);
    finish_stored({sums, tile.rows, tile.columns}, tile.finish);
}

void bf16_outer(const Bf16Tile& tile) {
    product<2, kPairRow>(tile, std::max<int64_t>(tile.depth, 1), std::make_integer_sequence<int, kBf16TileRows>{});
}

void bf16_gather(const Bf16SparseTile& tile) {
    if (in_registers(tile.finish))
        return gather_sums(tile);
    constexpr int64_t kAtOnce = 16; // groups, whose sums stay in the innermost cache
    for (int64_t first = 0; first < tile.groups; first += kAtOnce) {
        Bf16SparseTile plain = tile;
        plain.index += first * tile.capacity;
        plain.values += first * kGroup * tile.capacity;
        plain.counts += first;
        plain.groups = std::min(kAtOnce, tile.groups - first);
        const int64_t at = first * kGroup * kPanel;
        plain.finish = without_activation(tile.finish, tile.finish.out + at);
        gather_sums(plain);
        for (int64_t panel = 0; panel < tile.panels; ++panel) {
            const Bf16Finish f = rows_of_panel(tile.finish, panel, at);
            finish_stored({f.out, plain.groups * kGroup, kPanel}, f);
        }
    }
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

int64_t bf16_list(const Bf16* row, const Bf16* other, int32_t first_pair, int32_t* index, uint32_t* first,
                  uint32_t* second) {
    const __m512i r0 = load(row), r1 = load(other), some = _mm512_or_si512(r0, r1);
    const __mmask16 mask = _mm512_test_epi32_mask(some, some);
    _mm512_storeu_si512(index, _mm512_maskz_compress_epi32(mask, numbers_from(first_pair)));
    _mm512_storeu_si512(first, _mm512_maskz_compress_epi32(mask, r0));
    _mm512_storeu_si512(second, _mm512_maskz_compress_epi32(mask, r1));
    return __builtin_popcount(mask);
}

int64_t bf16_list_words(const uint32_t* words, int64_t count, int32_t first_word, int32_t* index, uint32_t* first) {
    int64_t listed = 0;
    __m512i numbers = numbers_from(first_word);
    for (int64_t i = 0; i < count; i += 16) {
        const __m512i some = load(words + i);
        const __mmask16 mask = _mm512_test_epi32_mask(some, some);
        _mm512_storeu_si512(index + listed, _mm512_maskz_compress_epi32(mask, numbers));
        _mm512_storeu_si512(first + listed, _mm512_maskz_compress_epi32(mask, some));
        numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(16));
        listed += __builtin_popcount(mask);
    }
    return listed;
}

void bf16_widen_words(int64_t count, uint32_t* first, uint32_t* second) {
    for (int64_t i = 0; i < count; i += 16) {
        const __m512i words = load(first + i);
        _mm512_storeu_si512(first + i, pair_of_bytes(words, _mm512_srli_epi32(words, 8)));
        _mm512_storeu_si512(second + i, pair_of_bytes(_mm512_srli_epi32(words, 16), _mm512_srli_epi32(words, 24)));
    }
}

void bf16_widen_crossed(int64_t count, uint32_t* first, uint32_t* second) {
    for (int64_t i = 0; i < count; i += 16) {
        const __m512i words = load(first + i);
        _mm512_storeu_si512(first + i, pair_of_bytes(words, _mm512_srli_epi32(words, 16)));
        _mm512_storeu_si512(second + i, pair_of_bytes(_mm512_srli_epi32(words, 8), _mm512_srli_epi32(words, 24)));
    }
}

void bf16_words(const uint8_t* row, const uint8_t* other, int64_t count, uint32_t* words) {
    int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const auto* low = reinterpret_cast<const __m256i*>(row + 2 * i);
        const auto* high = reinterpret_cast<const __m256i*>(other + 2 * i);
        _mm512_storeu_si512(words + i, interleave(_mm256_loadu_si256(low), _mm256_loadu_si256(high)));
    }
    for (; i < count; ++i)
        words[i] = static_cast<uint32_t>(row[2 * i] | row[2 * i + 1] << 8 | other[2 * i] << 16) |
                   static_cast<uint32_t>(other[2 * i + 1]) << 24;
}

} // namespace mn::cpu

#pragma GCC pop_options
