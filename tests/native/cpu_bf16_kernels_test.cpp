// The bf16 products' kernels against plain loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "cpu/kernels/bf16.h"
#include "cpu/layout.h"
#include "machine/isa.h"
#include "support/kernels.h"

namespace mn::test {
namespace {

using namespace mn::cpu;

class CpuBf16Kernels : public testing::Test {
  protected:
    void SetUp() override {
        if (!machine_has_bf16())
            GTEST_SKIP() << "SKIPPED: this CPU has no AVX512_BF16";
    }
};

// To the nearest, and to the even one of two.
Bf16 rounded(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return static_cast<Bf16>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float widened(Bf16 value) {
    const uint32_t bits = static_cast<uint32_t>(value) << 16;
    float number;
    std::memcpy(&number, &bits, sizeof(number));
    return number;
}

uint32_t pair_of(Bf16 first, Bf16 second) {
    return first | static_cast<uint32_t>(second) << 16;
}

std::vector<Bf16> made_up_bf16(int64_t count, uint32_t seed, double zeros = 0) {
    std::vector<Bf16> values;
    for (const float value : made_up_floats(count, seed, zeros))
        values.push_back(rounded(value));
    return values;
}

// Where number (row, column) of a panel stands in the pairs form.
size_t at_in_pairs(int64_t row, int64_t column) {
    return static_cast<size_t>(row / 2 * kPairRow + 2 * column + row % 2);
}

// Where a product's rows of one panel go, in all forms.
struct Results {
    int64_t rows;
    std::vector<float> out;
    std::vector<Bf16> rows_form, pairs_form;

    explicit Results(int64_t n)
        : rows(n), out(static_cast<size_t>(round_up(n, 2) * kPanel)), rows_form(out.size()), pairs_form(out.size(), 9) {
    }

    Bf16Finish finish(const Ending& ending, float scale, const std::vector<float>& beside) {
        Bf16Finish finish;
        finish.scale = scale;
        finish.epilogue = ending.epilogue;
        finish.activation = ending.activation;
        finish.beside = beside.data();
        finish.out = out.data();
        finish.rows = rows_form.data();
        finish.pairs = pairs_form.data();
        return finish;
    }

    // sum(r, c): that of the plain loops.
    template <class SumOf>
    void expect(int64_t columns, const Ending& ending, float scale, const std::vector<float>& bias_or_z, SumOf sum) {
        for (int64_t r = 0; r < rows; ++r) {
            for (int64_t c = 0; c < columns; ++c) {
                const size_t at = static_cast<size_t>(r * kPanel + c);
                const Sum plain = sum(r, c);
                const float z = bias_or_z[ending.epilogue == Epilogue::slope ? at : static_cast<size_t>(c)];
                ASSERT_TRUE(plain.near(out[at], ending.of(plain.value() * static_cast<double>(scale), z)))
                    << ending.name() << ", row " << r << " of " << rows << ", column " << c << " of " << columns;
                ASSERT_EQ(rows_form[at], rounded(out[at]));
                ASSERT_EQ(pairs_form[at_in_pairs(r, c)], rounded(out[at]));
            }
        }
        for (int64_t c = 0; c < columns && rows % 2 != 0; ++c)
            EXPECT_EQ(pairs_form[at_in_pairs(rows, c)], 0) << "a last odd row is paired with zeros";
    }
};

std::vector<float> beside_of(const Ending& ending, const std::vector<float>& bias_or_z) {
    std::vector<float> beside;
    for (const float x : bias_or_z)
        beside.push_back(ending.beside(x));
    return beside;
}

void expect_multiply(int64_t rows, int64_t columns, int64_t depth, const Ending& ending) {
    constexpr float kScale = 0.375f;
    const int64_t stride = rows * kPanel;
    const std::vector<Bf16> a = made_up_bf16(panels_of(depth) * stride, 1);
    std::vector<Bf16> b = made_up_bf16(divide_up(depth, 2) * kPairRow, 2);
    for (int64_t c = 0; c < kPanel && depth % 2 != 0; ++c)
        b[at_in_pairs(depth, c)] = 0; // what stands behind A's last column does not count
    const std::vector<float> bias_or_z = made_up_floats(rows * kPanel, 3), beside = beside_of(ending, bias_or_z);
    Results results(rows);
    const Bf16Finish finish = results.finish(ending, kScale, beside);
    bf16_multiply({a.data(), stride, b.data(), divide_up(depth, 2), rows, columns, finish});
    results.expect(columns, ending, kScale, bias_or_z, [&](int64_t r, int64_t c) {
        Sum sum;
        for (int64_t k = 0; k < depth; ++k)
            sum.add(widened(a[static_cast<size_t>(k / kPanel * stride + r * kPanel + k % kPanel)]),
                    widened(b[at_in_pairs(k, c)]));
        return sum;
    });
}

TEST_F(CpuBf16Kernels, multiply_with_each_ending) {
    for (const Ending& ending : all_endings())
        for (const int64_t depth : ending.is_stored_first() ? std::vector<int64_t>{7} : odd_sizes())
            for (int64_t rows = 1; rows <= kBf16TileRows; ++rows)
                for (const int64_t columns : {1, 7, 10, 31, 32})
                    expect_multiply(rows, columns, depth, ending);
}

TEST_F(CpuBf16Kernels, outer_products_of_columns) {
    for (const int64_t depth : kOddSizes) {
        const int64_t pairs = divide_up(depth, 2);
        const std::vector<Bf16> a = made_up_bf16(pairs * kPairRow, 1), b = made_up_bf16(pairs * kPairRow, 2);
        const std::vector<float> bias(kPanel);
        for (int64_t rows = 1; rows <= kBf16TileRows; ++rows) {
            for (const int64_t columns : {1, 7, 10, 31, 32}) {
                Results results(rows);
                bf16_outer({a.data(), 0, b.data(), pairs, rows, columns, results.finish({}, 0.5f, bias)});
                results.expect(columns, {}, 0.5f, bias, [&](int64_t r, int64_t c) {
                    Sum sum;
                    for (int64_t k = 0; k < 2 * pairs; ++k)
                        sum.add(widened(a[at_in_pairs(k, r)]), widened(b[at_in_pairs(k, c)]));
                    return sum;
                });
            }
        }
    }
}

// Rows of A [rows][2 * pairs], in groups, as lists of their non-zero pairs.
struct PairLists {
    int64_t pairs, groups;
    std::vector<Bf16> a;
    std::vector<int32_t> index, counts;
    std::vector<uint32_t> values;

    PairLists(int64_t group_count, int64_t width, double zeros)
        : pairs(width), groups(group_count), a(made_up_bf16(groups * kGroup * 2 * pairs, 1, zeros)),
          index(static_cast<size_t>(groups * pairs)), values(index.size() * kGroup) {
        for (int64_t g = 0; g < groups; ++g) {
            int64_t listed = 0;
            for (int64_t p = 0; p < pairs; ++p)
                listed += list(g, p, listed);
            counts.push_back(static_cast<int32_t>(listed));
        }
    }
    Bf16 number(int64_t r, int64_t k) const { return a[static_cast<size_t>(r * 2 * pairs + k)]; }

  private:
    // Writes the entry; it counts if it is not zero.
    bool list(int64_t group, int64_t pair, int64_t entry) {
        uint32_t some = 0;
        for (int64_t r = group * kGroup; r < (group + 1) * kGroup; ++r) {
            const uint32_t value = pair_of(number(r, 2 * pair), number(r, 2 * pair + 1));
            values[static_cast<size_t>(r * pairs + entry)] = value;
            some |= value;
        }
        index[static_cast<size_t>(group * pairs + entry)] = static_cast<int32_t>(pair);
        return some != 0;
    }
};

void expect_gather(const PairLists& lists, int64_t panels, const Ending& ending) {
    constexpr float kScale = 0.375f;
    const int64_t stride = lists.pairs * kPairRow, out_stride = lists.groups * kGroup * kPanel;
    const std::vector<Bf16> b = made_up_bf16(panels * stride, 2);
    const std::vector<float> bias = made_up_floats(panels * kPanel, 3);
    std::vector<float> out(static_cast<size_t>(panels * out_stride));
    Bf16SparseTile tile;
    tile.index = lists.index.data();
    tile.values = lists.values.data();
    tile.counts = lists.counts.data();
    tile.capacity = lists.pairs;
    tile.groups = lists.groups;
    tile.b = b.data();
    tile.b_panel_stride = stride;
    tile.panels = panels;
    tile.finish.scale = kScale;
    tile.finish.epilogue = ending.epilogue;
    tile.finish.activation = ending.activation;
    tile.finish.beside = bias.data();
    tile.finish.out = out.data();
    tile.finish.out_panel_stride = out_stride;
    bf16_gather(tile);
    for (int64_t at = 0; at < panels * out_stride; ++at) {
        const int64_t panel = at / out_stride, r = at % out_stride / kPanel, c = at % kPanel;
        Sum sum;
        for (int64_t k = 0; k < 2 * lists.pairs; ++k)
            sum.add(widened(lists.number(r, k)), widened(b[static_cast<size_t>(panel * stride) + at_in_pairs(k, c)]));
        const double want = ending.of(sum.value() * kScale, bias[static_cast<size_t>(panel * kPanel + c)]);
        ASSERT_TRUE(sum.near(out[static_cast<size_t>(at)], want)) << ending.name() << ", " << lists.pairs << " pairs";
    }
}

TEST_F(CpuBf16Kernels, gather_with_each_ending) {
    for (const int64_t pairs : kOddSizes) {
        for (const double zeros : {0.0, 0.8, 1.0}) {
            const PairLists lists(3, pairs, zeros);
            for (const Ending& ending : all_endings()) {
                if (ending.epilogue == Epilogue::slope || (ending.is_stored_first() && pairs != 31))
                    continue; // no lists on the way back
                for (int64_t panels = 1; panels <= kMostGatherPanels; ++panels)
                    expect_gather(lists, panels, ending);
            }
        }
    }
}

TEST_F(CpuBf16Kernels, rows_and_pairs_of_floats) {
    for (const int64_t rows : {1, 2, 7, 10, 31, 32}) {
        const std::vector<float> values = made_up_floats(rows * kPanel, 1);
        std::vector<Bf16> rows_form(values.size()), pairs_form(static_cast<size_t>(round_up(rows, 2) * kPanel), 9);
        bf16_rows(values.data(), rows, rows_form.data());
        bf16_pairs(values.data(), rows, pairs_form.data());
        for (int64_t r = 0; r < rows; ++r) {
            for (int64_t c = 0; c < kPanel; ++c) {
                const size_t at = static_cast<size_t>(r * kPanel + c);
                EXPECT_EQ(rows_form[at], rounded(values[at])) << rows << " rows";
                EXPECT_EQ(pairs_form[at_in_pairs(r, c)], rounded(values[at])) << rows << " rows";
            }
        }
        for (int64_t c = 0; c < kPanel && rows % 2 != 0; ++c)
            EXPECT_EQ(pairs_form[at_in_pairs(rows, c)], 0) << rows << " rows";
    }
}

TEST_F(CpuBf16Kernels, transposed_pairs_of_floats) {
    for (const int64_t rows : {1, 3, 7, 10, 31, 32}) {
        for (const int64_t pairs : {1, 3, 5, 16}) {
            const std::vector<float> values = made_up_floats(rows * kPanel, 1);
            std::vector<Bf16> out(static_cast<size_t>(pairs * kPairRow), 9), want = out;
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t k = 0; k < 2 * pairs; ++k)
                    want[at_in_pairs(k, r)] = rounded(values[static_cast<size_t>(r * kPanel + k)]);
            bf16_transposed_pairs(values.data(), rows, pairs, out.data());
            EXPECT_EQ(out, want) << rows << " rows, " << pairs << " pairs";
        }
    }
}

TEST_F(CpuBf16Kernels, one_row_of_bytes_or_floats) {
    for (const int64_t count : {1, 7, 10, 16, 31, 32}) {
        const std::vector<uint8_t> bytes = made_up_bytes(count, 1, 0.2);
        const std::vector<float> floats = made_up_floats(count, 2);
        std::vector<Bf16> from_bytes(kPanel, 9), from_floats(kPanel, 9);
        bf16_widen(bytes.data(), count, from_bytes.data());
        bf16_widen(floats.data(), count, from_floats.data());
        for (size_t c = 0; c < kPanel; ++c) {
            const bool wanted = c < static_cast<size_t>(count);
            EXPECT_EQ(widened(from_bytes[c]), wanted ? static_cast<float>(bytes[c]) : 0) << count;
            EXPECT_EQ(from_floats[c], wanted ? rounded(floats[c]) : 0) << count;
        }
    }
}

TEST_F(CpuBf16Kernels, interleave_two_rows) {
    const std::vector<Bf16> first = made_up_bf16(kPanel, 1), second = made_up_bf16(kPanel, 2);
    std::vector<Bf16> both(kPairRow), alone(kPairRow);
    bf16_interleave(first.data(), second.data(), both.data());
    bf16_interleave(first.data(), nullptr, alone.data());
    for (size_t c = 0; c < kPanel; ++c) {
        EXPECT_EQ(both[2 * c], first[c]);
        EXPECT_EQ(both[2 * c + 1], second[c]);
        EXPECT_EQ(alone[2 * c], first[c]);
        EXPECT_EQ(alone[2 * c + 1], 0);
    }
}

TEST_F(CpuBf16Kernels, list_of_two_rows) {
    for (const double zeros : {0.0, 0.8, 1.0}) {
        const std::vector<Bf16> row = made_up_bf16(kPanel, 1, zeros), other = made_up_bf16(kPanel, 2, zeros);
        std::vector<int32_t> index(32), want_index;
        std::vector<uint32_t> first(32), second(32), want_first, want_second;
        for (size_t p = 0; p < kPanel / 2; ++p) {
            const uint32_t a = pair_of(row[2 * p], row[2 * p + 1]), b = pair_of(other[2 * p], other[2 * p + 1]);
            if ((a | b) == 0)
                continue;
            want_index.push_back(static_cast<int32_t>(48 + p));
            want_first.push_back(a);
            want_second.push_back(b);
        }
        ASSERT_EQ(bf16_list(row.data(), other.data(), 48, index.data(), first.data(), second.data()),
                  static_cast<int64_t>(want_index.size()));
        EXPECT_TRUE(std::equal(want_index.begin(), want_index.end(), index.begin()));
        EXPECT_TRUE(std::equal(want_first.begin(), want_first.end(), first.begin()));
        EXPECT_TRUE(std::equal(want_second.begin(), want_second.end(), second.begin()));
    }
}

// From the bytes of two rows to the pairs of both.
TEST_F(CpuBf16Kernels, words_are_made_listed_and_widened) {
    const auto pair = [](uint8_t first, uint8_t second) { return pair_of(rounded(first), rounded(second)); };
    for (const int64_t count : kOddSizes) { // words
        const std::vector<uint8_t> row = made_up_bytes(2 * count, 1, 0.7), other = made_up_bytes(2 * count, 2, 0.7);
        const int64_t whole = round_up(count, 16);
        std::vector<uint32_t> words(static_cast<size_t>(whole)), first(words.size() + 16), second(first.size());
        std::vector<int32_t> index(first.size());
        bf16_words(row.data(), other.data(), count, words.data());
        const int64_t listed = bf16_list_words(words.data(), whole, 5, index.data(), first.data());
        std::vector<uint32_t> crossed_first = first, crossed_second(first.size());
        bf16_widen_words(listed, first.data(), second.data());
        bf16_widen_crossed(listed, crossed_first.data(), crossed_second.data());
        size_t at = 0;
        for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
            const uint8_t a = row[2 * i], b = row[2 * i + 1], c = other[2 * i], d = other[2 * i + 1];
            if ((a | b | c | d) == 0)
                continue;
            EXPECT_EQ(index[at], static_cast<int32_t>(5 + i));
            EXPECT_EQ(first[at], pair(a, b));
            EXPECT_EQ(second[at], pair(c, d));
            EXPECT_EQ(crossed_first[at], pair(a, c));
            EXPECT_EQ(crossed_second[at], pair(b, d));
            ++at;
        }
        EXPECT_EQ(listed, static_cast<int64_t>(at)) << count << " words";
    }
}

} // namespace
} // namespace mn::test
