// Tells whether samples in the caller's memory are still what they were, at the speed of reading them. No CUDA in here.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "net/data.h"

namespace mn::cuda {

// Each step maps a lane one to one, for a given word and for a given lane, so that one changed word always shows; of
// others, all but one of 2^64. Not against malice.
class Fingerprint {
  public:
    void add(const void* memory, int64_t bytes) {
        const auto* at = static_cast<const unsigned char*>(memory);
        constexpr int64_t kBlock = kLanes * sizeof(uint64_t);
        for (; bytes >= kBlock; bytes -= kBlock, at += kBlock) {
            uint64_t words[kLanes];
            std::memcpy(words, at, kBlock);
            mix(words);
        }
        uint64_t rest[kLanes] = {static_cast<uint64_t>(bytes)};
        mix(rest);
        std::memset(rest, 0, sizeof rest);
        std::memcpy(rest, at, static_cast<size_t>(bytes));
        mix(rest);
    }
    uint64_t value() const {
        uint64_t sum = 0;
        for (const uint64_t lane : lanes_)
            sum = step(sum, lane);
        return sum;
    }

  private:
    static constexpr int kLanes = 8; // the multiplications of one do not wait for another's

    static uint64_t step(uint64_t lane, uint64_t word) { return std::rotl((lane ^ word) * 0x9e3779b97f4a7c15, 29); }
    void mix(const uint64_t* words) {
        for (int i = 0; i < kLanes; ++i)
            lanes_[i] = step(lanes_[i], words[i]);
    }

    uint64_t lanes_[kLanes] = {1, 2, 3, 4, 5, 6, 7, 8};
};

// Of samples [first, first + count), with all that they are compared with.
inline uint64_t fingerprint(const Data& samples, int64_t first, int64_t count) {
    Fingerprint print;
    const int64_t row = samples.features * (samples.type == PixelType::uint8 ? 1 : 4);
    print.add(static_cast<const unsigned char*>(samples.pixels) + first * row, count * row);
    if (samples.labels)
        print.add(samples.labels + first, count * 4);
    if (samples.targets)
        print.add(samples.targets_of(first), count * samples.outputs * 4);
    if (samples.sample_weights)
        print.add(samples.sample_weights + first, count * 4);
    return print.value();
}

} // namespace mn::cuda
