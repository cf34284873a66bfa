#include "cpu/bf16/layout.h"

namespace mn::cpu::bf16 {

Bf16Activations::Bf16Activations(int64_t most, int64_t width, Purpose purpose)
    : capacity(round_up(most, 2)), columns(width), rows(panels_of(width) * capacity * kPanel) {
    if (purpose == Purpose::training)
        pairs = Buffer<Bf16>(rows.size());
}

void Bf16Activations::receive(int64_t panel, int64_t r, Bf16Finish& finish) {
    finish.rows = row(panel, r);
    finish.pairs = pairs.size() > 0 ? pair(panel, r) : nullptr;
    finish.bf16_panel_stride = panel_stride();
}

void Bf16Activations::take(const Activations& from, int64_t panel, Range range) {
    bf16_rows(from.at(panel, range.begin), range.size(), row(panel, range.begin));
    if (pairs.size() > 0)
        bf16_pairs(from.at(panel, range.begin), range.size(), pair(panel, range.begin));
}

} // namespace mn::cpu::bf16
