// Matrices of samples in bf16.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/batch.h"
#include "cpu/kernels/bf16.h"
#include "cpu/layout.h"
#include "cpu/range.h"

namespace mn::cpu::bf16 {

// A matrix of samples in bf16, in the rows form and, for training, in the pairs form.
struct Bf16Activations {
    int64_t capacity = 0, columns = 0; // capacity is even
    Buffer<Bf16> rows, pairs;

    Bf16Activations(int64_t rows, int64_t columns, Purpose purpose);
    int64_t panels() const { return panels_of(columns); }
    int64_t columns_of(int64_t panel) const { return std::min(kPanel, columns - panel * kPanel); }
    int64_t panel_stride() const { return capacity * kPanel; }
    Bf16* row(int64_t panel, int64_t r) { return rows.data() + panel * panel_stride() + r * kPanel; }
    const Bf16* row(int64_t panel, int64_t r) const { return rows.data() + panel * panel_stride() + r * kPanel; }
    // The pair that row r, an even number, is the first of.
    Bf16* pair(int64_t panel, int64_t r) { return pairs.data() + panel * panel_stride() + r * kPanel; }
    const Bf16* pair(int64_t panel, int64_t r) const { return pairs.data() + panel * panel_stride() + r * kPanel; }
    // Has a product put its rows, from row r of a panel on, here as well; r is even.
    void receive(int64_t panel, int64_t r, Bf16Finish& finish);
    // Takes over rows [rows.begin, rows.end) of a panel; rows.begin is even, and so is rows.end unless it is the last.
    void take(const Activations& from, int64_t panel, Range rows);
    int64_t bytes() const { return rows.bytes() + pairs.bytes(); }
};

} // namespace mn::cpu::bf16
