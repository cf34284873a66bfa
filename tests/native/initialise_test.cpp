// The initial values against PyTorch's, bit for bit.
#include <gtest/gtest.h>

#include "net/initialise.h"
#include "support/npz.h"
#include "support/runs.h"

namespace mn::test {

TEST(Initialise, bits_of_pytorch) {
    const Archive golden = read_golden("init.npz");
    EXPECT_EQ(initial({{784, 32, 16, 10}}, 0), flat_parameters(golden, "seed0"));
    EXPECT_EQ(initial({{3, 4, 2}}, 7), flat_parameters(golden, "seed7"));
}

TEST(Initialise, low_32_bits_of_the_seed_count) {
    EXPECT_EQ(initial({{3, 4, 2}}, 7), initial({{3, 4, 2}}, 7 + (uint64_t{1} << 32)));
    EXPECT_NE(initial({{3, 4, 2}}, 7), initial({{3, 4, 2}}, 8));
}

} // namespace mn::test
