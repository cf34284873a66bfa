// Pixels on their way in, at each instruction set against plain loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "support/kernels.h"

namespace mn::test {
namespace {

using namespace mn::cpu;

int pair_of(uint8_t first, uint8_t second) {
    return first | second << 8;
}

TEST(CpuStaging, widen_gives_the_nearest_float) {
    for (const Kernels* kernels : all_kernels()) {
        for (const int64_t count : kOddSizes) {
            const std::vector<uint8_t> bytes = made_up_bytes(count, 1, 0.1);
            for (const double scale : {1.0, 1 / 255.0, 0.1307}) {
                std::vector<float> values(static_cast<size_t>(count) + 1, 9.0f), want = values;
                for (size_t i = 0; i < bytes.size(); ++i)
                    want[i] = static_cast<float>(bytes[i] * scale);
                kernels->widen(bytes.data(), count, scale, values.data());
                EXPECT_EQ(values, want) << kernels->name << ", " << count << " bytes";
            }
        }
    }
}

TEST(CpuStaging, interleave_pairs_two_rows) {
    for (const Kernels* kernels : all_kernels()) {
        for (const int64_t count : kOddSizes) {
            const std::vector<uint8_t> first = made_up_bytes(count, 1, 0.5), second = made_up_bytes(count, 2, 0.5);
            std::vector<uint16_t> pairs(static_cast<size_t>(count) + 1, 9), want = pairs;
            for (size_t i = 0; i < first.size(); ++i)
                want[i] = static_cast<uint16_t>(pair_of(first[i], second[i]));
            kernels->interleave(first.data(), second.data(), count, pairs.data());
            EXPECT_EQ(pairs, want) << kernels->name << ", " << count << " columns";
        }
    }
}

TEST(CpuStaging, transpose_pairs_goes_by_column) {
    for (const Kernels* kernels : all_kernels()) {
        for (const int64_t count : {1, 7, 8, 10, 31, 32, 313}) {
            for (const int64_t pairs : {0, 1, 3, 7, 8, 10, 31, 32}) {
                const std::vector<uint8_t> bytes = made_up_bytes(count * 64, 1, 0.5);
                std::vector<const uint8_t*> rows;
                for (int64_t r = 0; r < count; ++r)
                    rows.push_back(bytes.data() + r * 64);
                const int64_t stride = count + 1;
                std::vector<uint16_t> out(static_cast<size_t>((pairs + 1) * stride), 9), want = out;
                for (int64_t r = 0; r < count; ++r) {
                    for (int64_t p = 0; p < pairs; ++p)
                        want[static_cast<size_t>(p * stride + r)] = static_cast<uint16_t>(
                            pair_of(rows[static_cast<size_t>(r)][2 * p], rows[static_cast<size_t>(r)][2 * p + 1]));
                }
                kernels->transpose_pairs(rows.data(), count, pairs, out.data(), stride);
                EXPECT_EQ(out, want) << kernels->name << ", " << count << " rows, " << pairs << " pairs";
            }
        }
    }
}

TEST(CpuStaging, list_pairs_has_those_that_are_not_zero) {
    for (const Kernels* kernels : all_kernels()) {
        for (const int64_t size : kOddSizes) {
            for (const double zeros : {0.0, 0.7, 1.0}) {
                const int64_t count = round_up(size, kPanel);
                std::vector<uint8_t> first = made_up_bytes(count, 1, zeros), second = made_up_bytes(count, 2, zeros);
                std::fill(first.begin() + size, first.end(), uint8_t{0});
                std::fill(second.begin() + size, second.end(), uint8_t{0});
                std::vector<uint16_t> pairs;
                std::vector<uint32_t> want, listed(static_cast<size_t>(count));
                for (size_t i = 0; i < first.size(); ++i) {
                    pairs.push_back(static_cast<uint16_t>(pair_of(first[i], second[i])));
                    if (pairs[i] != 0)
                        want.push_back(static_cast<uint32_t>(i) << 16 | pairs[i]);
                }
                ASSERT_EQ(kernels->list_pairs(pairs.data(), count, listed.data()), static_cast<int64_t>(want.size()));
                EXPECT_TRUE(std::equal(want.begin(), want.end(), listed.begin())) << kernels->name << ", " << size;
            }
        }
    }
}

// -0 is a zero, a NaN is none.
TEST(CpuStaging, list_float_pairs_has_those_that_are_not_zero) {
    for (const Kernels* kernels : all_kernels()) {
        for (const int64_t size : kOddSizes) {
            for (const double zeros : {0.0, 0.7, 1.0}) {
                const int64_t count = round_up(size, kPanel);
                std::vector<float> pairs = made_up_floats(2 * count, 1, zeros);
                std::fill(pairs.begin() + 2 * size, pairs.end(), -0.0f);
                std::vector<uint32_t> want, listed(static_cast<size_t>(count));
                std::vector<float> want_values, values(static_cast<size_t>(2 * count));
                for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
                    if (pairs[2 * i] == 0 && pairs[2 * i + 1] == 0)
                        continue;
                    want.push_back(static_cast<uint32_t>(i) << 16);
                    want_values.insert(want_values.end(), {pairs[2 * i], pairs[2 * i + 1]});
                }
                ASSERT_EQ(kernels->list_float_pairs(pairs.data(), count, listed.data(), values.data()),
                          static_cast<int64_t>(want.size()));
                EXPECT_TRUE(std::equal(want.begin(), want.end(), listed.begin())) << kernels->name << ", " << size;
                EXPECT_TRUE(std::equal(want_values.begin(), want_values.end(), values.begin())) << kernels->name;
            }
        }
        std::vector<float> pairs(2 * kPanel), values(2 * kPanel);
        std::vector<uint32_t> listed(kPanel);
        pairs[11] = std::numeric_limits<float>::quiet_NaN();
        EXPECT_EQ(kernels->list_float_pairs(pairs.data(), kPanel, listed.data(), values.data()), 1) << kernels->name;
        EXPECT_EQ(listed[0], 5u << 16) << kernels->name;
    }
}

TEST(CpuStaging, counts_of_what_is_not_zero) {
    for (const Kernels* kernels : all_kernels()) {
        for (const int64_t count : {32, 320, 352}) {
            const std::vector<uint8_t> bytes = made_up_bytes(count, 1, 0.7);
            std::vector<float> floats = made_up_floats(count, 2, 0.7);
            floats[1] = -0.0f;
            EXPECT_EQ(kernels->count_bytes(bytes.data(), count), count - std::count(bytes.begin(), bytes.end(), 0));
            EXPECT_EQ(kernels->count_floats(floats.data(), count),
                      count - std::count(floats.begin(), floats.end(), 0.0f))
                << kernels->name;
        }
    }
}

// -0 is a zero, a NaN is none; a place counts once.
TEST(CpuStaging, counts_of_pairs_are_as_many_as_are_listed) {
    for (const Kernels* kernels : all_kernels()) {
        for (const int64_t count : kOddSizes) {
            for (const double zeros : {0.0, 0.7, 1.0}) {
                const std::vector<uint8_t> first = made_up_bytes(count, 1, zeros),
                                           second = made_up_bytes(count, 2, zeros);
                std::vector<float> one = made_up_floats(count, 3, zeros), other = made_up_floats(count, 4, zeros);
                one[0] = -0.0f;
                other.back() = std::numeric_limits<float>::quiet_NaN();
                int64_t bytes = 0, floats = 0;
                for (size_t i = 0; i < first.size(); ++i) {
                    bytes += first[i] != 0 || second[i] != 0;
                    floats += one[i] != 0 || other[i] != 0;
                }
                EXPECT_EQ(kernels->count_byte_pairs(first.data(), second.data(), count), bytes) << kernels->name;
                EXPECT_EQ(kernels->count_float_pairs(one.data(), other.data(), count), floats) << kernels->name;
            }
        }
    }
}

} // namespace
} // namespace mn::test
