// Nets with bf16 products.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "machine/isa.h"
#include "support/cpu_nets.h"
#include "support/data.h"

namespace mn::test {
namespace {

TEST(CpuBf16, follows_float32_or_says_what_is_missing) {
    if (!machine_has_bf16()) {
        EXPECT_NE(refusal_of(cpu_variant(1, Precision::bf16)).find("AVX512_BF16"), std::string::npos);
        return;
    }
    const OwnedData data = mnist(2000);
    const Plan plan{{}, 2000, 64, 1e-3, 0};
    Trained exact, rounded;
    trained(cpu_variant(1, Precision::float32), article_net(), data.samples(), plan, exact);
    const auto trainer = trained(cpu_variant(1, Precision::bf16), article_net(), data.samples(), plan, rounded);
    EXPECT_NE(trainer->describe().find("bf16"), std::string::npos);
    // bf16 keeps 8 bits: a product is off by up to 2^-8, a loss by the mean of many.
    EXPECT_TRUE(all_within(rounded.losses(), exact.losses(), [](double b) { return 0.01 * (1 + b); }));
}

// Odd widths and batches: the last row of a pair is alone.
TEST(CpuBf16, odd_shapes_and_any_threads) {
    if (!machine_has_bf16())
        GTEST_SKIP() << "SKIPPED: this CPU has no AVX512_BF16";
    for (const PixelType type : {PixelType::uint8, PixelType::float32}) {
        for (const double zeros : {0.1, 0.95}) {
            const Net net{{313, 37, 65, 3}};
            const OwnedData data = made_up({93, 313, 3, type, zeros, 5});
            const Plan plan{{}, 93, 31, 1e-3, 0};
            Trained exact, one, three;
            trained(cpu_variant(1, Precision::float32), net, data.samples(), plan, exact);
            const auto a = trained(cpu_variant(1, Precision::bf16), net, data.samples(), plan, one);
            const auto b = trained(cpu_variant(3, Precision::bf16), net, data.samples(), plan, three);
            EXPECT_TRUE(all_within(one.losses(), exact.losses(), [](double l) { return 0.01 * (1 + l); }));
            EXPECT_EQ(read(*a, Slot::parameters, net), read(*b, Slot::parameters, net));
        }
    }
}

TEST(CpuBf16, same_bits_from_bytes_and_floats) {
    if (!machine_has_bf16())
        GTEST_SKIP() << "SKIPPED: this CPU has no AVX512_BF16";
    expect_same_bits_from_bytes_and_floats(cpu_variant(2, Precision::bf16));
}

// Adam divides 0 by 0 in the padding; nothing may come of it. Positive pixels and weights, so that no unit is dead:
// each real weight has a gradient.
TEST(CpuBf16, padding_stays_out_of_it_where_eps_is_0) {
    if (!machine_has_bf16())
        GTEST_SKIP() << "SKIPPED: this CPU has no AVX512_BF16";
    const Net net{{5, 7, 9, 3}};
    const OwnedData data = made_up({64, 5, 3, PixelType::uint8, 0, 5});
    std::vector<double> parameters(static_cast<size_t>(net.parameter_count()));
    for (size_t i = 0; i < parameters.size(); ++i)
        parameters[i] = 0.1 + 0.02 * static_cast<double>(i * 7 % 13);
    TrainerOptions options;
    options.net = net;
    options.optimizer.eps = 0;
    const auto trainer = make_trainer(options, cpu_variant(1, Precision::bf16));
    write(*trainer, Slot::parameters, parameters);
    trainer->bind(data.samples());
    const Trained run = train(*trainer, {{}, 64, 16, 1e-3, 0});
    EXPECT_EQ(run.chunk.steps_done, 4);
    EXPECT_FALSE(run.chunk.diverged);
    for (const double loss : run.losses())
        EXPECT_TRUE(std::isfinite(loss)) << loss;
}

} // namespace
} // namespace mn::test
