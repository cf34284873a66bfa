#include "cpu/int8/weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "net/error.h"

namespace mn::cpu::int8 {

ByteWeight::ByteWeight(int64_t in, int64_t out, int64_t inputs_of_a_word)
    : fan_in(in), fan_out(out), inputs(inputs_of_a_word), words(panels() * depth() * kPanel), sums(panels() * kPanel),
      scales(panels() * kPanel) {}

// In two passes over a column: for its largest weight, and for the numbers.
void ByteWeight::refresh(const PackedLayer& layer) {
    for (int64_t column = 0; column < fan_out; ++column) {
        const float* const from = layer.weight_at(column / kPanel, 0) + column % kPanel;
        float most = 0;
        bool finite = true;
        for (int64_t input = 0; input < fan_in; ++input) {
            most = std::max(most, std::fabs(from[input * kPanel]));
            finite = finite && std::isfinite(from[input * kPanel]);
        }
        const float scale = most / kInt8WeightRange;
        const bool any = finite && scale > 0;
        int32_t sum = 0;
        for (int64_t input = 0; input < fan_in; ++input) {
            // exact to the last bit in double precision, whose rounding no instruction set changes
            const double steps = any ? static_cast<double>(from[input * kPanel]) / static_cast<double>(scale) : 0;
            const double bound = std::clamp(std::nearbyint(steps), -127.0, 127.0);
            const auto value = static_cast<int32_t>(bound);
            put(input, column, value);
            sum += value;
        }
        sums[column] = sum;
        scales[column] = finite ? scale : std::numeric_limits<float>::quiet_NaN();
    }
}

void ByteWeight::put(int64_t input, int64_t column, int32_t value) {
    uint32_t* const word = words.data() + column / kPanel * panel_stride() + input / inputs * kPanel + column % kPanel;
    char* const place = reinterpret_cast<char*>(word) + input % inputs * (4 / inputs);
    const auto narrow = static_cast<int8_t>(value);
    const auto wide = static_cast<int16_t>(value);
    if (inputs == 4)
        std::memcpy(place, &narrow, sizeof(narrow));
    else
        std::memcpy(place, &wide, sizeof(wide));
}

Weights::Weights(const Net& net, int64_t inputs_of_a_word) {
    for (int l = 0; l < net.layers(); ++l) {
        if (net.fan_in(l) > kMostInt8Inputs)
            throw Error(Status::unsupported, "precision: int8 takes layers of at most " +
                                                 std::to_string(kMostInt8Inputs) + " inputs, but layer " +
                                                 std::to_string(l + 1) + " has " + std::to_string(net.fan_in(l)) +
                                                 ": choose float32");
        layers.emplace_back(net.fan_in(l), net.fan_out(l), inputs_of_a_word);
    }
}

void Weights::refresh(const PackedNet& parameters) {
    for (size_t l = 0; l < layers.size(); ++l)
        layers[l].refresh(parameters.layers[l]);
}

int64_t Weights::bytes() const {
    int64_t sum = 0;
    for (const ByteWeight& layer : layers)
        sum += layer.bytes();
    return sum;
}

} // namespace mn::cpu::int8
