// Instruction sets by name.
#include <gtest/gtest.h>

#include <string>

#include "cpu/kernels/isa.h"
#include "support/cpu_nets.h"

namespace mn::test {
namespace {

TEST(CpuIsa, unknown_level_is_refused_with_the_usable_ones) {
    const std::string message = refusal_of(cpu_variant(1, Precision::float32, "avx9"));
    EXPECT_NE(message.find("avx9"), std::string::npos) << message;
    for (const std::string& level : cpu::isa_levels())
        EXPECT_NE(message.find(" " + level), std::string::npos) << message;
}

TEST(CpuIsa, best_is_the_last_level) {
    EXPECT_EQ(cpu::isa_levels().back(), cpu::best_isa());
}

} // namespace
} // namespace mn::test
