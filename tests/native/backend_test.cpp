// The fast backends against the reference on shapes that fit nothing.
#include <gtest/gtest.h>

#include <map>

#include "support/odd_shapes.h"

namespace mn::test {

namespace {

class AgainstReference : public VariantTest {
  protected:
    std::function<double(double)> bound() const {
        return [this](double b) { return variant().bound(b); };
    }
    std::function<double(double)> parameter_bound() const {
        return [this](double b) { return variant().parameter_bound(b); };
    }

    void check_first_gradients(int64_t batch_size) const;
    void check_training(const TrainerOptions& options, const OwnedData& data, const Plan& plan) const;
};

class AgainstReferenceInLargeBatches : public AgainstReference {};

struct ExpectedGradient {
    OddShape shape;
    std::vector<double> parameters;
    Gradient gradient;
};

// Computed once for all floors.
const std::vector<ExpectedGradient>& expected_gradients(int64_t batch_size) {
    static std::map<int64_t, std::vector<ExpectedGradient>> by_batch;
    std::vector<ExpectedGradient>& all = by_batch[batch_size];
    if (!all.empty())
        return all;
    for (const OddShape& shape : odd_shapes(batch_size)) {
        const std::vector<double> parameters = initial(shape.net, 3);
        all.push_back(
            {shape, parameters,
             first_gradient(reference_variant(), shape.net, shape.loss, shape.data.samples(), shape.plan, parameters)});
    }
    return all;
}

void AgainstReference::check_first_gradients(int64_t batch_size) const {
    for (const ExpectedGradient& expected : expected_gradients(batch_size)) {
        const OddShape& shape = expected.shape;
        const Gradient got =
            first_gradient(variant(), shape.net, shape.loss, shape.data.samples(), shape.plan, expected.parameters);
        EXPECT_TRUE(all_within({got.loss}, {expected.gradient.loss}, bound())) << shape.name;
        EXPECT_TRUE(all_within(got.values, expected.gradient.values, bound())) << shape.name;
    }
}

void AgainstReference::check_training(const TrainerOptions& options, const OwnedData& data, const Plan& plan) const {
    const std::unique_ptr<Trainer> expected = make_trainer(options, reference_variant());
    const std::unique_ptr<Trainer> got = make_trainer(options, variant());
    for (Trainer* trainer : {expected.get(), got.get()}) {
        write(*trainer, Slot::parameters, initial(options.net, 21));
        trainer->bind(data.samples());
    }
    const Trained truth = train(*expected, plan), trained = train(*got, plan);
    EXPECT_EQ(trained.chunk.steps_done, truth.chunk.steps_done);
    EXPECT_FALSE(trained.chunk.diverged);
    EXPECT_TRUE(all_within(trained.losses(), truth.losses(), bound()));
    for (size_t i = 0; i < truth.results.size(); ++i) {
        EXPECT_EQ(trained.results[i].correct, truth.results[i].correct) << "step " << i;
    }
    for (Slot slot : slots_of(options.optimizer)) {
        EXPECT_TRUE(all_within(read(*got, slot, options.net), read(*expected, slot, options.net), parameter_bound()))
            << "slot " << static_cast<int>(slot);
    }
    EXPECT_EQ(got->step(), expected->step());
}

} // namespace

TEST_P(AgainstReference, first_gradient_batch_1) {
    check_first_gradients(1);
}

TEST_P(AgainstReference, first_gradient_batch_2) {
    check_first_gradients(2);
}

TEST_P(AgainstReference, first_gradient_batch_31) {
    check_first_gradients(31);
}

TEST_P(AgainstReferenceInLargeBatches, first_gradient_batch_320) {
    check_first_gradients(320);
}

TEST_P(AgainstReference, every_loss_option) {
    const Net net{{13, 9, 5}};
    const OwnedData data = made_up({.count = 31, .features = 13, .classes = 5, .type = PixelType::uint8});
    Plan plan;
    plan.samples = plan.batch_size = 31;
    for (const LossOptions& loss : loss_variants(5)) {
        const std::vector<double> parameters = initial(net, 4);
        const Gradient expected = first_gradient(reference_variant(), net, loss, data.samples(), plan, parameters);
        const Gradient got = first_gradient(variant(), net, loss, data.samples(), plan, parameters);
        EXPECT_TRUE(all_within({got.loss}, {expected.loss}, bound()));
        EXPECT_TRUE(all_within(got.values, expected.values, bound()));
    }
}

TEST_P(AgainstReference, every_activation) {
    const OwnedData data = made_up({.count = 31, .features = 13, .classes = 5, .type = PixelType::uint8});
    Plan plan;
    plan.samples = plan.batch_size = 31;
    for (const Net& net : activation_variants({13, 33, 9, 5})) {
        SCOPED_TRACE(testing::Message() << static_cast<int>(net.activation(0).kind) << ", "
                                        << net.activation(0).parameter);
        const std::vector<double> parameters = initial(net, 4);
        const Gradient expected = first_gradient(reference_variant(), net, {}, data.samples(), plan, parameters);
        const Gradient got = first_gradient(variant(), net, {}, data.samples(), plan, parameters);
        EXPECT_TRUE(all_within({got.loss}, {expected.loss}, bound()));
        EXPECT_TRUE(all_within(got.values, expected.values, bound()));
    }
}

// Ten steps of 31 samples in a given order and a ragged one of 5.
TEST_P(AgainstReference, every_optimizer) {
    const OwnedData data =
        made_up({.count = 300, .features = 33, .classes = 5, .type = PixelType::uint8, .zeros = 0.8});
    for (const OptimizerCase& c : optimizer_cases()) {
        SCOPED_TRACE(c.name);
        TrainerOptions options;
        options.net = {{33, 17, 7, 5}};
        options.optimizer = c.options;
        Plan plan;
        plan.order = made_up_order(300, 315, 8);
        plan.batch_size = 31;
        plan.learning_rate = c.options.kind == OptimizerKind::sgd ? 0.1 : 1e-3;
        check_training(options, data, plan);
    }
}

TEST_P(AgainstReference, file_order_and_ragged_last_batch) {
    const OwnedData data = made_up({.count = 100, .features = 10, .classes = 7});
    for (int64_t batch_size : {1, 2, 31, 64, 1000}) {
        SCOPED_TRACE(batch_size);
        TrainerOptions options;
        options.net = {{10, 13, 7}};
        options.optimizer.kind = OptimizerKind::sgd;
        Plan plan;
        plan.first = 5;
        plan.samples = 67;
        plan.batch_size = batch_size;
        plan.learning_rate = 0.05;
        check_training(options, data, plan);
    }
}

MN_ON_VARIANTS(AgainstReference, fast_variants());
MN_HEAVY_ON_VARIANTS(AgainstReferenceInLargeBatches, fast_variants());

} // namespace mn::test
