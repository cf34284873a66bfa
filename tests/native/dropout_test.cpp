// Dropout on every floor: the masks of the golden file, gradients against the reference's, and the same bits however
// the work is cut.
#include <gtest/gtest.h>

#include <cmath>

#include "reference/dropout.h"
#include "support/data.h"
#include "support/npz.h"
#include "support/runs.h"

namespace mn::test {
namespace {

TEST(ReferenceDropout, masks_of_the_golden_file) {
    const Archive golden = read_golden("breadth/dropout.npz");
    struct Case {
        std::string name;
        StepSeed draws;
        int layer;
        double p;
    };
    for (const Case& c :
         {Case{"seed7_step0_layer0_p0.2", {7, 0}, 0, 0.2}, Case{"seed7_step3_layer1_p0.5", {7, 3}, 1, 0.5},
          Case{"seed1099511627781_step8589934593_layer2_p0.5",
               {(uint64_t{1} << 40) + 5, (int64_t{1} << 33) + 1},
               2,
               0.5}}) {
        const Array& want = member(golden, c.name);
        std::vector<double> factors;
        reference::draw_factors(c.p, c.draws, c.layer, want.shape[0], want.shape[1], factors);
        ASSERT_EQ(factors.size(), want.values.size());
        for (size_t i = 0; i < factors.size(); ++i)
            EXPECT_EQ(factors[i], want.values[i] / (1 - c.p)) << c.name << ", value " << i;
    }
}

class WithDropout : public VariantTest {
  protected:
    static Net net(std::vector<int32_t> sizes, double input, double hidden) {
        Net net{std::move(sizes)};
        net.input_dropout = input;
        net.hidden_dropout = hidden;
        return net;
    }
};

// Batches that are sorted by label and such that are not, sparse and dense, of bytes and floats.
TEST_P(WithDropout, first_gradient_of_the_reference) {
    struct Shares {
        double input, hidden;
    };
    for (const Shares p : {Shares{0.2, 0.5}, Shares{0.5, 0}, Shares{0, 0.25}}) {
        for (const PixelType type : {PixelType::uint8, PixelType::float32}) {
            for (const double zeros : {0.0, 0.9}) {
                for (const int32_t features : {7, 33, 901}) {
                    for (const int64_t batch : {1, 4, 31, 333}) {
                        if ((features == 901) != (batch == 333) || (features == 33 && p.hidden == 0))
                            continue; // spares time
                        const Net shape = net({features, 37, 65, 5}, p.input, p.hidden);
                        const OwnedData data = made_up({340, features, 5, type, zeros, 3});
                        Plan plan{{}, batch, batch, 0, 2};
                        plan.seed = 0x123456789a;
                        const std::vector<double> parameters = initial(shape, 1);
                        const Gradient want =
                            first_gradient(reference_variant(), shape, {}, data.samples(), plan, parameters);
                        const Gradient got = first_gradient(variant(), shape, {}, data.samples(), plan, parameters);
                        const auto bound = [&](double b) { return variant().bound(b); };
                        EXPECT_NEAR(got.loss, want.loss, bound(want.loss));
                        EXPECT_TRUE(all_within(got.values, want.values, bound))
                            << "p " << p.input << ", " << p.hidden << ", " << features << " features, batch " << batch;
                    }
                }
            }
        }
    }
}

TEST_P(WithDropout, each_step_and_seed_drops_others_and_evaluation_none) {
    TrainerOptions options;
    options.net = net({33, 64, 5}, 0.2, 0.5);
    const OwnedData data = made_up({93, 33, 5, PixelType::uint8, 0.3, 3});
    const std::vector<double> parameters = initial(options.net, 1);
    const auto trainer = make_trainer(options, variant());
    write(*trainer, Slot::parameters, parameters);
    trainer->bind(data.samples());
    Plan plan{{}, 93, 93, 0, 0}; // at a learning rate of 0 the parameters stay
    const double first = train(*trainer, plan).losses().front();
    const double second = train(*trainer, plan).losses().front();
    EXPECT_NE(first, second) << "another step";
    trainer->set_step(0);
    EXPECT_EQ(train(*trainer, plan).losses().front(), first) << "the same step again";
    trainer->set_step(0);
    plan.seed = uint64_t{1} << 32;
    EXPECT_NE(train(*trainer, plan).losses().front(), first) << "another seed";

    TrainerOptions plain = options;
    plain.net = Net{options.net.sizes};
    const auto without = make_trainer(plain, variant());
    write(*without, Slot::parameters, parameters);
    const Evaluation a = trainer->evaluate(data.samples(), 0, 93, nullptr);
    const Evaluation b = without->evaluate(data.samples(), 0, 93, nullptr);
    EXPECT_EQ(a.loss_sum, b.loss_sum);
    EXPECT_EQ(a.correct, b.correct);
}

MN_ON_VARIANTS(WithDropout, fast_variants());

} // namespace
} // namespace mn::test
