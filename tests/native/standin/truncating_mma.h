// Put before the kernels that cuda-standin translates (truncating-g++): its tensor cores then add up as real ones do.
// The products of one mma and the sum so far are added exactly, and what does not fit into the sum is cut off, always
// towards zero, where the stand-in itself rounds each addition to nearest. What a GPU does exactly is not documented
// and differs in a bit or two; the direction does not.
#pragma once

#include "device.h"

namespace standin {

template <class E, int K>
inline void truncating_multiply(float* d, const uint32_t* a, const uint32_t* b, const char* where) {
    constexpr bool kTf32 = std::is_same_v<E, Tf32>;
    constexpr int kPerWord = kTf32 ? 1 : 2, kPerChunk = 4 * kPerWord, kChunks = K / kPerChunk;
    uint32_t words[8] = {};
    std::copy_n(a, 2 * kChunks, words);
    std::copy_n(b, kChunks, words + 4);
    const auto of_lane = exchange(~0u, "mma", words, sizeof words, where);
    const int row = cur->lane / 4;
    const auto value = [&](int lane, int word, int inside) -> double {
        const uint32_t bits = of_lane[lane][word];
        if constexpr (kTf32)
            return E::decode(bits);
        else
            return E::decode(static_cast<uint16_t>(bits >> 16 * (inside % 2)));
    };
    for (int i = 0; i < 4; ++i) {
        const int column = 2 * (cur->lane % 4) + i % 2;
        double sum = d[i];
        for (int k = 0; k < K; ++k) {
            const int chunk = k / kPerChunk, inside = k % kPerChunk, lane = inside / kPerWord;
            sum += value(4 * row + lane, 2 * chunk + i / 2, inside) * value(4 * column + lane, 4 + chunk, inside);
        }
        // Of a double's 53 bits the 24 of a float. (Sums too small for a normal float would keep more.)
        d[i] = static_cast<float>(std::bit_cast<double>(std::bit_cast<uint64_t>(sum) >> 29 << 29));
    }
}

} // namespace standin

#define matrix_multiply truncating_multiply
