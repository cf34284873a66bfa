// Which values the CPU's kernels keep, at each instruction set against the reference's own draws.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "cpu/dropout.h"
#include "cpu/kernels/kernels.h"
#include "net/dropout.h"
#include "reference/dropout.h"
#include "support/kernels.h"

namespace mn::test {
namespace {

using namespace mn::cpu;

constexpr double kShares[] = {0, 0.2, 0.5, 0.99};
const StepSeed kDraws{0x299f31d0a4093822, 0x1234567890};

// Positions in the batch of rows that are next to each other.
const std::vector<int32_t> kRows = {3, 300, 0, 5};

// [row][column]
std::vector<std::vector<bool>> kept_by_reference(double p, int layer, int64_t columns) {
    std::vector<std::vector<bool>> kept;
    std::vector<double> factors;
    reference::draw_factors(p, kDraws, layer, 301, columns, factors);
    for (const int64_t row : kRows) {
        std::vector<bool>& one = kept.emplace_back();
        for (int64_t c = 0; c < columns; ++c)
            one.push_back(factors[static_cast<size_t>(row * columns + c)] != 0);
    }
    return kept;
}

bool bit(const std::vector<uint32_t>& kept, int64_t word, int64_t column) {
    return (kept[static_cast<size_t>(word)] >> column & 1) != 0;
}

TEST(CpuDropout, keeps_what_the_reference_keeps) {
    for (const double p : kShares) {
        const int layer = static_cast<int>(p * 100);
        const Dropout dropout(p, kDraws, layer);
        const std::vector<std::vector<bool>> want = kept_by_reference(p, layer, 3 * kPanel);
        for (const Kernels* kernels : all_kernels()) {
            for (const int64_t panel : {0, 2}) {
                std::vector<uint32_t> kept(kRows.size());
                kernels->draw_kept(dropout, kRows.data(), static_cast<int64_t>(kRows.size()), panel, kept.data());
                for (size_t row = 0; row < kRows.size(); ++row) {
                    for (int64_t c = 0; c < kPanel; ++c) {
                        EXPECT_EQ(bit(kept, static_cast<int64_t>(row), c),
                                  want[row][static_cast<size_t>(panel * kPanel + c)])
                            << kernels->name << ", p " << p << ", row " << kRows[row] << ", column " << c;
                    }
                }
            }
        }
    }
}

// A word is the first that its threshold keeps, and the last that the next one up drops.
TEST(CpuDropout, draws_the_words_that_are_known_of_philox) {
    struct Known {
        uint32_t counter[4], key[2], words[4];
    };
    constexpr Known kKnown[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (const Known& known : kKnown) {
        const uint64_t key = known.key[0] | uint64_t{known.key[1]} << 32;
        const reference::Words words =
            reference::philox({known.counter[0], known.counter[1], known.counter[2], known.counter[3]}, key);
        Dropout dropout;
        std::copy_n(known.key, 2, dropout.key);
        dropout.step = known.counter[2];
        dropout.layer = known.counter[3];
        const int32_t row = static_cast<int32_t>(known.counter[1]);
        for (const Kernels* kernels : all_kernels()) {
            for (uint32_t i = 0; i < 4; ++i) {
                EXPECT_EQ(words[i], known.words[i]);
                const uint32_t column = 4 * (known.counter[0] % 8) + i;
                uint32_t kept = 0;
                dropout.threshold = known.words[i];
                kernels->draw_kept(dropout, &row, 1, known.counter[0] / 8, &kept);
                EXPECT_EQ(kept >> column & 1, 1u) << kernels->name;
                dropout.threshold = known.words[i] + 1;
                kernels->draw_kept(dropout, &row, 1, known.counter[0] / 8, &kept);
                EXPECT_EQ(kept >> column & 1, 0u) << kernels->name;
            }
        }
    }
}

// Panels without a pixel are left alone, which is why blank parts of an image cost nothing.
TEST(CpuDropout, draws_only_where_there_are_pixels) {
    const Dropout dropout(0.5, kDraws, 0);
    for (const Kernels* kernels : all_kernels()) {
        for (const int64_t columns : kOddSizes) {
            for (const int64_t at : {int64_t{0}, columns / 2, columns - 1}) {
                std::vector<uint8_t> bytes(static_cast<size_t>(columns));
                std::vector<float> floats(static_cast<size_t>(columns));
                bytes[static_cast<size_t>(at)] = 1;
                floats[static_cast<size_t>(at)] = -1e-30f;
                std::vector<uint32_t> from_bytes(static_cast<size_t>(panels_of(columns)), 9), from_floats = from_bytes,
                                                                                              want = from_bytes;
                kernels->draw_kept(dropout, kRows.data(), 1, at / kPanel, &want[static_cast<size_t>(at / kPanel)]);
                const void *as_bytes = bytes.data(), *as_floats = floats.data();
                kernels->draw_kept_pixels(dropout, {kRows.data(), &as_bytes, 1, columns, 1}, from_bytes.data(), 0);
                kernels->draw_kept_pixels(dropout, {kRows.data(), &as_floats, 1, columns, 4}, from_floats.data(), 0);
                EXPECT_EQ(from_bytes, want) << kernels->name << ", " << columns << " columns";
                EXPECT_EQ(from_floats, want) << kernels->name << ", " << columns << " columns";
            }
        }
    }
}

// From any column on, in a row of its own.
TEST(CpuDropout, input_keeps_some_columns_of_a_row) {
    constexpr int64_t kColumns = 313;
    const Dropout dropout(0.3, kDraws, 0);
    const std::vector<std::vector<bool>> want = kept_by_reference(0.3, 0, kColumns);
    const std::vector<uint8_t> bytes = made_up_bytes(kColumns, 1, 0.2);
    const std::vector<float> floats = made_up_floats(kColumns, 2, 0.2);
    for (const Kernels* kernels : all_kernels()) {
        InputDropout input(4, kColumns);
        for (const int64_t row : {1, 2}) {
            const int32_t* const position = &kRows[static_cast<size_t>(row)];
            const void *as_bytes = bytes.data(), *as_floats = floats.data();
            for (const Range columns :
                 {Range{0, kColumns}, Range{32, 96}, Range{2, 34}, Range{62, 313}, Range{312, 313}, Range{30, 62}}) {
                std::vector<uint8_t> some(static_cast<size_t>(columns.size()) + 1, 9);
                std::vector<float> scaled(static_cast<size_t>(columns.size()) + 1, 9);
                input.draw(*kernels, dropout, row, {position, &as_bytes, 1, kColumns, 1});
                input.keep(*kernels, row, columns, bytes.data() + columns.begin, 1, some.data());
                input.draw(*kernels, dropout, row, {position, &as_floats, 1, kColumns, 4});
                input.keep(*kernels, row, columns, floats.data() + columns.begin, 2, scaled.data());
                for (int64_t c = columns.begin; c < columns.end; ++c) {
                    const auto i = static_cast<size_t>(c), at = static_cast<size_t>(c - columns.begin);
                    const bool kept = want[static_cast<size_t>(row)][i];
                    EXPECT_EQ(some[at], kept ? bytes[i] : 0) << kernels->name << ", column " << c;
                    EXPECT_EQ(scaled[at], kept ? 2 * floats[i] : 0) << kernels->name << ", column " << c;
                }
                EXPECT_EQ(some.back(), 9);
                EXPECT_EQ(scaled.back(), 9);
            }
        }
    }
}

} // namespace
} // namespace mn::test
