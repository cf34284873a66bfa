// Sums of columns and transposing, at each instruction set against plain loops.
#include <gtest/gtest.h>

#include <vector>

#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "support/kernels.h"

namespace mn::test {
namespace {

using namespace mn::cpu;

TEST(CpuRows, column_sum) {
    for (const Kernels* kernels : all_kernels()) {
        for (int64_t rows : {0, 1, 2, 3, 4, 5, 7, 10, 31, 312, 313, 320}) {
            const std::vector<float> values = made_up_floats(rows * kPanel, 1);
            std::vector<float> sums(kPanel, 9.0f), partial(4 * kPanel);
            kernels->column_sum(values.data(), rows, partial.data(), sums.data());
            for (int64_t c = 0; c < kPanel; ++c) {
                Sum sum;
                for (int64_t r = 0; r < rows; ++r)
                    sum.add(values[static_cast<size_t>(r * kPanel + c)], 1);
                EXPECT_TRUE(sum.near(sums[static_cast<size_t>(c)], sum.value()))
                    << kernels->name << ", column " << c << " of " << rows << " rows";
            }
        }
    }
}

// Rows that come in parts, all but the last of a multiple of four, leave the bits of all at once.
TEST(CpuRows, column_sum_goes_on) {
    for (const Kernels* kernels : all_kernels()) {
        const int64_t rows = 31;
        const std::vector<float> values = made_up_floats(rows * kPanel, 1);
        std::vector<float> whole(kPanel), partial(4 * kPanel);
        kernels->column_sum(values.data(), rows, partial.data(), whole.data());
        for (const int64_t first : {4, 12, 28}) {
            std::vector<float> sums(kPanel), carried(4 * kPanel);
            kernels->column_sum(values.data(), first, carried.data(), sums.data());
            kernels->column_sum(values.data() + first * kPanel, rows - first, carried.data(), sums.data());
            EXPECT_EQ(sums, whole) << kernels->name << ", after " << first << " rows";
        }
    }
}

TEST(CpuRows, transpose_writes_the_wanted_columns_and_no_more) {
    const std::vector<float> values = made_up_floats(kPanel * kPanel, 1);
    for (const Kernels* kernels : all_kernels()) {
        for (int64_t rows = 1; rows <= kPanel; ++rows) {
            for (const int64_t columns : {1, 2, 3, 4, 5, 7, 10, 31, 32}) {
                const int64_t stride = rows + 3;
                std::vector<float> want(static_cast<size_t>((columns + 1) * stride), 9.0f), out = want;
                for (int64_t r = 0; r < rows; ++r)
                    for (int64_t c = 0; c < columns; ++c)
                        want[static_cast<size_t>(c * stride + r)] = values[static_cast<size_t>(r * kPanel + c)];
                kernels->transpose(values.data(), rows, columns, out.data(), stride);
                EXPECT_EQ(out, want) << kernels->name << ", " << rows << " rows, " << columns << " columns";
            }
        }
    }
}

} // namespace
} // namespace mn::test
