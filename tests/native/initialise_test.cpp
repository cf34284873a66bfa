#include <gtest/gtest.h>

#include "model/initialise.h"

// torch.manual_seed(7); nn.Linear(3, 4), nn.Linear(4, 2): see tests/golden
TEST(Initialise, counts) {
    EXPECT_EQ(mn::initial_parameters({{3, 4, 2}}, 7).size(), 26u);
}
