// Samples on their way in, as words.
#include "cpu/int8/pass.h"

namespace mn::cpu::int8 {

void Pass::stage(const Selection& selection, Range rows) {
    const Data& samples = *selection.samples;
    ByteRows& input = inputs_[0];
    const ByteScale bytes{static_cast<float>(samples.scale), 0};
    for (int64_t row = rows.begin; row < rows.end; ++row) {
        if ((row - rows.begin) % kGroup == 0)
            prefetch(selection, row / kGroup + kGroupsAhead);
        if (samples.type == PixelType::uint8) {
            kernels_.take_bytes(selection.pixels<uint8_t>(row), samples.features, input.at(row));
            input.scales[row] = bytes;
        } else {
            input.scales[row] =
                kernels_.quantise(selection.pixels<float>(row), kPanel, samples.features, input.at(row));
        }
    }
}

} // namespace mn::cpu::int8
