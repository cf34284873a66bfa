// The weights as bytes, as the products take them.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/kernels/int8.h"
#include "cpu/layout.h"
#include "cpu/weights.h"
#include "net/net.h"

namespace mn::cpu::int8 {

// A layer's weight: column c is scales[c] times whole numbers from -127 to 127, the nearest to what it was. A column
// that has a number which is not finite has the scale NaN.
struct ByteWeight {
    int64_t fan_in = 0, fan_out = 0, inputs = 0; // inputs of a word
    Buffer<uint32_t> words;                      // [panels of fan_out][words of fan_in][kPanel]
    Buffer<int32_t> sums;                        // [panels][kPanel]: of a column's whole numbers
    Buffer<float> scales;                        // [panels][kPanel]

    ByteWeight(int64_t in, int64_t out, int64_t inputs_of_a_word);
    int64_t depth() const { return divide_up(fan_in, inputs); }
    int64_t panels() const { return panels_of(fan_out); }
    int64_t panel_stride() const { return depth() * kPanel; }
    const uint32_t* at(int64_t panel) const { return words.data() + panel * panel_stride(); }
    void refresh(const PackedLayer& layer);
    int64_t bytes() const { return words.bytes() + sums.bytes() + scales.bytes(); }

  private:
    void put(int64_t input, int64_t column, int32_t value);
};

struct Weights {
    std::vector<ByteWeight> layers;

    // Throws unsupported where a layer has more than kMostInt8Inputs inputs.
    Weights(const Net& net, int64_t inputs_of_a_word);
    void refresh(const PackedNet& parameters);
    int64_t bytes() const;
};

} // namespace mn::cpu::int8
