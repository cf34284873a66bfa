// Products tile by tile, dense and from lists, at each instruction set against plain loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "support/kernels.h"

namespace mn::test {
namespace {

using namespace mn::cpu;

constexpr float kUntouched = 1234.5f;

// out [rows][kPanel] against sums a(r, k) * b [k][kPanel] behind the ending. More than the wanted columns may be
// written, but nothing beyond the rows.
template <class A>
void expect_product(const std::vector<float>& out, int64_t rows, int64_t columns, int64_t depth, A a,
                    const std::vector<float>& b, const Ending& ending, const std::vector<float>& bias_or_z) {
    for (int64_t r = 0; r < rows; ++r) {
        for (int64_t c = 0; c < columns; ++c) {
            Sum sum;
            for (int64_t k = 0; k < depth; ++k)
                sum.add(a(r, k), b[static_cast<size_t>(k * kPanel + c)]);
            const int64_t at = ending.epilogue == Epilogue::slope ? r * kPanel + c : c;
            const double want = ending.of(sum.value(), bias_or_z[static_cast<size_t>(at)]);
            ASSERT_TRUE(sum.near(out[static_cast<size_t>(r * kPanel + c)], want))
                << ending.name() << ", row " << r << " of " << rows << ", column " << c << " of " << columns
                << ", depth " << depth;
        }
    }
    EXPECT_EQ(std::count(out.begin() + rows * kPanel, out.end(), kUntouched), 2 * kPanel);
}

std::vector<float> beside_of(const Ending& ending, const std::vector<float>& bias_or_z) {
    std::vector<float> beside;
    for (const float x : bias_or_z)
        beside.push_back(ending.beside(x));
    return beside;
}

void expect_multiply(const Kernels& kernels, int64_t rows, int64_t columns, int64_t depth, const Ending& ending) {
    const std::vector<float> flat = made_up_floats(rows * depth, 1), b = made_up_floats(depth * kPanel, 2);
    const auto a = [&](int64_t r, int64_t k) { return flat[static_cast<size_t>(r * depth + k)]; };
    Activations packed(rows, depth);
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t k = 0; k < depth; ++k)
            packed.at(k / kPanel, r)[k % kPanel] = a(r, k);
    const std::vector<float> bias_or_z = made_up_floats(rows * kPanel, 3), beside = beside_of(ending, bias_or_z);
    std::vector<float> out(static_cast<size_t>((rows + 2) * kPanel), kUntouched);
    Tile tile;
    tile.a = packed.at(0, 0);
    tile.a_panel_stride = packed.panel_stride();
    tile.b = b.data();
    tile.depth = depth;
    tile.out = out.data();
    tile.rows = rows;
    tile.columns = columns;
    tile.epilogue = ending.epilogue;
    tile.activation = ending.activation;
    tile.beside = beside.data();
    kernels.multiply(tile);
    expect_product(out, rows, columns, depth, a, b, ending, bias_or_z);
}

void expect_outer(const Kernels& kernels, int64_t rows, int64_t columns, int64_t depth) {
    const std::vector<float> a = made_up_floats(depth * kPanel, 1), b = made_up_floats(depth * kPanel, 2);
    std::vector<float> out(static_cast<size_t>((rows + 2) * kPanel), kUntouched);
    Tile tile;
    tile.a = a.data();
    tile.b = b.data();
    tile.depth = depth;
    tile.out = out.data();
    tile.rows = rows;
    tile.columns = columns;
    kernels.outer(tile);
    expect_product(out, rows, columns, depth,
                   [&](int64_t r, int64_t k) { return a[static_cast<size_t>(k * kPanel + r)]; }, b, {},
                   {std::vector<float>(kPanel)});
}

TEST(CpuProduct, multiply_with_each_ending) {
    for (const Kernels* kernels : all_kernels()) {
        SCOPED_TRACE(kernels->name);
        for (const Ending& ending : all_endings())
            for (const int64_t depth : ending.is_stored_first() ? std::vector<int64_t>{7} : odd_sizes())
                for (int64_t rows = 1; rows <= kernels->tile_rows; ++rows)
                    for (const int64_t columns : {1, 7, 10, 31, 32})
                        expect_multiply(*kernels, rows, columns, depth, ending);
    }
}

TEST(CpuProduct, outer_products_of_columns) {
    for (const Kernels* kernels : all_kernels()) {
        SCOPED_TRACE(kernels->name);
        for (const int64_t depth : kOddSizes)
            for (int64_t rows = 1; rows <= kernels->tile_rows; ++rows)
                for (const int64_t columns : {1, 7, 10, 31, 32})
                    expect_outer(*kernels, rows, columns, depth);
    }
}

// A diverging net shows: a NaN stays one behind an activation, and is no reason to let a gradient through.
TEST(CpuProduct, a_nan_stays_a_nan) {
    for (const Kernels* kernels : all_kernels()) {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        std::vector<float> a(kPanel), b(kPanel, 1.0f), beside(kPanel), out(kPanel);
        a[0] = nan;
        Tile tile;
        tile.a = a.data();
        tile.b = b.data();
        tile.depth = 1;
        tile.out = out.data();
        tile.rows = 1;
        tile.epilogue = Epilogue::activate;
        tile.beside = beside.data();
        kernels->multiply(tile);
        EXPECT_TRUE(std::isnan(out[0])) << kernels->name;
        a[0] = 1;
        beside[0] = nan;
        tile.epilogue = Epilogue::slope;
        kernels->multiply(tile);
        EXPECT_EQ(out[0], 0) << kernels->name;
    }
}

// Lists of two strips of columns; the second one adds to the first one's sums.
struct Lists {
    static constexpr int64_t kStrips = 2;
    int64_t groups, columns;
    std::vector<uint8_t> bytes; // [groups * kGroup][columns]
    std::vector<float> floats;  // the same, as table_ says
    std::vector<float> table = made_up_floats(256, 4);
    std::vector<uint32_t> entries; // [groups][columns]
    std::vector<float> values;     // [groups][columns][kGroup]
    std::vector<int32_t> starts;   // [groups][kStrips + 1]

    Lists(int64_t group_count, int64_t width, double zeros)
        : groups(group_count), columns(width), bytes(made_up_bytes(groups * kGroup * columns, 5, zeros)),
          entries(static_cast<size_t>(groups * columns)), values(entries.size() * kGroup) {
        table[0] = 0;
        for (const uint8_t byte : bytes)
            floats.push_back(table[byte]);
        for (int64_t g = 0; g < groups; ++g) {
            int64_t listed = 0;
            for (int64_t strip = 0; strip < kStrips; ++strip) {
                starts.push_back(static_cast<int32_t>(listed));
                for (int64_t k = begin(strip); k < begin(strip + 1); ++k)
                    listed += list(g, k - begin(strip), k, g * columns + listed);
            }
            starts.push_back(static_cast<int32_t>(listed));
        }
    }
    int64_t begin(int64_t strip) const { return strip * (columns / kStrips) + (strip == kStrips ? columns % 2 : 0); }
    size_t at(int64_t row, int64_t column) const { return static_cast<size_t>(row * columns + column); }

  private:
    int64_t list(int64_t group, int64_t index, int64_t column, int64_t to) {
        const size_t first = at(group * kGroup, column), second = at(group * kGroup + 1, column);
        if (bytes[first] == 0 && bytes[second] == 0)
            return 0;
        const size_t entry = static_cast<size_t>(to);
        entries[entry] = static_cast<uint32_t>(index) << 16 | bytes[first] | static_cast<uint32_t>(bytes[second] << 8);
        values[entry * kGroup] = floats[first];
        values[entry * kGroup + 1] = floats[second];
        return 1;
    }
};

void expect_gather(const Kernels& kernels, const Lists& lists, int64_t panels, bool bytes, const Ending& ending) {
    const int64_t rows = lists.groups * kGroup, b_stride = lists.columns * kPanel, out_stride = (rows + 1) * kPanel;
    const std::vector<float> b = made_up_floats(panels * b_stride, 6), bias = made_up_floats(panels * kPanel, 7);
    std::vector<float> out(static_cast<size_t>(panels * out_stride), kUntouched);
    for (int64_t strip = 0; strip < Lists::kStrips; ++strip) {
        SparseTile tile;
        tile.entries = lists.entries.data();
        tile.table = bytes ? lists.table.data() : nullptr;
        tile.values = lists.values.data();
        tile.starts = lists.starts.data() + strip;
        tile.capacity = lists.columns;
        tile.starts_stride = Lists::kStrips + 1;
        tile.groups = lists.groups;
        tile.b = b.data() + lists.begin(strip) * kPanel;
        tile.b_panel_stride = b_stride;
        tile.out = out.data();
        tile.out_panel_stride = out_stride;
        tile.panels = panels;
        tile.accumulate = strip > 0;
        if (strip + 1 == Lists::kStrips) {
            tile.epilogue = ending.epilogue;
            tile.activation = ending.activation;
            tile.bias = bias.data();
        }
        kernels.gather(tile);
    }
    for (int64_t panel = 0; panel < panels; ++panel) {
        for (int64_t r = 0; r < rows; ++r) {
            for (int64_t c = 0; c < kPanel; ++c) {
                Sum sum;
                for (int64_t k = 0; k < lists.columns; ++k)
                    sum.add(lists.floats[lists.at(r, k)], b[static_cast<size_t>(panel * b_stride + k * kPanel + c)]);
                const double want = ending.of(sum.value(), bias[static_cast<size_t>(panel * kPanel + c)]);
                ASSERT_TRUE(sum.near(out[static_cast<size_t>(panel * out_stride + r * kPanel + c)], want))
                    << ending.name() << ", panel " << panel << ", row " << r << ", column " << c << ", depth "
                    << lists.columns;
            }
        }
        EXPECT_EQ(out[static_cast<size_t>(panel * out_stride + rows * kPanel)], kUntouched);
    }
}

TEST(CpuProduct, gather_from_bytes_and_floats_with_each_ending) {
    for (const int64_t columns : kOddSizes) {
        for (const double zeros : {0.0, 0.7, 1.0}) {
            const Lists lists(3, columns, zeros);
            for (const Kernels* kernels : all_kernels()) {
                SCOPED_TRACE(kernels->name);
                for (const Ending& ending : all_endings()) {
                    if (ending.epilogue == Epilogue::slope || (ending.is_stored_first() && columns != 31))
                        continue; // no lists on the way back
                    for (int64_t panels = 1; panels <= kMostGatherPanels; ++panels)
                        for (const bool bytes : {true, false})
                            expect_gather(*kernels, lists, panels, bytes, ending);
                }
            }
        }
    }
}

} // namespace
} // namespace mn::test
