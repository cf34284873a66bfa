// The reference's gradients against central differences of its loss.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "support/odd_shapes.h"

namespace mn::test {

namespace {

constexpr double kStep = 1e-6;

double bound(double b) {
    return 1e-7 * (1 + std::abs(b));
}

// The loss alone, as a function of the parameters.
class Loss {
  public:
    Loss(const Net& net, const LossOptions& loss, const Data& samples, const Plan& plan) : plan_(plan) {
        TrainerOptions options;
        options.net = net;
        options.loss = loss;
        options.optimizer.kind = OptimizerKind::sgd;
        trainer_ = make_trainer(options, reference_variant());
        trainer_->bind(samples);
        plan_.learning_rate = 0;
    }

    double at(const std::vector<double>& parameters) {
        write(*trainer_, Slot::parameters, parameters);
        return train(*trainer_, plan_).results.front().objective;
    }

    double slope(std::vector<double> parameters, size_t index) {
        const double here = parameters[index];
        parameters[index] = here + kStep;
        const double above = at(parameters);
        parameters[index] = here - kStep;
        return (above - at(parameters)) / (2 * kStep);
    }

  private:
    std::unique_ptr<Trainer> trainer_;
    Plan plan_;
};

// Compares `probes` parameters, or all where there are no more.
void check(const Net& net, const LossOptions& loss, const Data& samples, const Plan& plan, size_t probes) {
    const std::vector<double> parameters = initial(net, 11);
    const Gradient gradient = first_gradient(reference_variant(), net, loss, samples, plan, parameters);
    Loss function(net, loss, samples, plan);
    EXPECT_EQ(function.at(parameters), gradient.loss);
    std::mt19937 words(5);
    std::vector<double> slopes, values;
    for (size_t i = 0; i < std::min(probes, parameters.size()); ++i) {
        const size_t index = probes < parameters.size() ? words() % parameters.size() : i;
        slopes.push_back(function.slope(parameters, index));
        values.push_back(gradient.values[index]);
    }
    EXPECT_TRUE(all_within(values, slopes, bound));
}

void check_shapes(int64_t batch_size, size_t probes) {
    for (const OddShape& shape : odd_shapes(batch_size)) {
        SCOPED_TRACE(shape.name);
        check(shape.net, shape.loss, shape.data.samples(), shape.plan, probes);
    }
}

} // namespace

TEST(FiniteDifferences, every_parameter_under_every_loss_option) {
    const Net net{{6, 5, 4, 3}};
    const OwnedData data = made_up({.count = 7, .features = 6, .classes = 3});
    Plan plan;
    plan.samples = plan.batch_size = 7;
    for (const LossOptions& loss : loss_variants(3)) {
        check(net, loss, data.samples(), plan, static_cast<size_t>(net.parameter_count()));
    }
}

TEST(FiniteDifferences, every_parameter_under_every_activation) {
    const OwnedData data = made_up({.count = 7, .features = 6, .classes = 3});
    Plan plan;
    plan.samples = plan.batch_size = 7;
    for (const Net& net : activation_variants({6, 5, 4, 3})) {
        SCOPED_TRACE(testing::Message() << static_cast<int>(net.activation(0).kind) << ", "
                                        << net.activation(0).parameter);
        check(net, {}, data.samples(), plan, static_cast<size_t>(net.parameter_count()));
    }
}

TEST(FiniteDifferences, odd_shapes_batch_1) {
    check_shapes(1, 20);
}

TEST(FiniteDifferences, odd_shapes_batch_2) {
    check_shapes(2, 20);
}

TEST(FiniteDifferences, odd_shapes_batch_31) {
    check_shapes(31, 10);
}

TEST(FiniteDifferences, odd_shapes_batch_320) {
    check_shapes(320, 5);
}

} // namespace mn::test
