// Losses on targets, and sample weights: the reference against differences and by hand, the others against it.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "support/runs.h"

namespace mn::test {

namespace {

// One LossOptions for each loss and each of its options.
std::vector<LossOptions> target_losses(int64_t outputs) {
    std::vector<LossOptions> losses;
    for (int kind = 0; kind <= static_cast<int>(kLastLoss); ++kind) {
        if (takes_targets(static_cast<LossKind>(kind)))
            losses.emplace_back().kind = static_cast<LossKind>(kind);
    }
    for (const LossKind kind : {LossKind::smooth_l1, LossKind::huber}) {
        losses.emplace_back().kind = kind;
        losses.back().parameter = 0.3;
    }
    losses.emplace_back().kind = LossKind::bce;
    for (int64_t k = 0; k < outputs; ++k)
        losses.back().pos_weight.push_back(static_cast<float>(k % 5) * 0.75f);
    losses.emplace_back().kind = LossKind::mse;
    losses.back().reduction = Reduction::sum;
    return losses;
}

LossOptions of_kind(LossKind kind) {
    LossOptions loss;
    loss.kind = kind;
    return loss;
}

std::string name_of(const LossOptions& loss) {
    return "loss " + std::to_string(static_cast<int>(loss.kind)) + ", parameter " + std::to_string(loss.parameter) +
           (loss.pos_weight.empty() ? "" : ", pos_weight") + (loss.reduction == Reduction::sum ? ", sum" : "");
}

// What a loss on targets is given, with weights or not.
Data samples_for(const OwnedData& data, bool weighted) {
    Data samples = data.samples();
    samples.labels = nullptr;
    if (!weighted)
        samples.sample_weights = nullptr;
    return samples;
}

// What a loss is given, with weights.
Data weighted_samples_for(const OwnedData& data, LossKind kind) {
    if (takes_targets(kind))
        return samples_for(data, true);
    Data samples = data.samples();
    samples.targets = nullptr;
    samples.outputs = 0;
    return samples;
}

struct Shape {
    std::vector<int32_t> sizes;
    int64_t batch;
    PixelType type;
};

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> kShapes = {
        {{5, 1}, 1, PixelType::float32},          {{13, 9, 1}, 31, PixelType::float32},
        {{40, 7, 3}, 2, PixelType::uint8},        {{20, 40, 33}, 17, PixelType::float32},
        {{64, 17, 64}, 33, PixelType::uint8},     {{7, 12, 1000}, 9, PixelType::float32},
        {{33, 30, 20, 31}, 64, PixelType::uint8},
    };
    return kShapes;
}

OwnedData data_for(const Shape& shape, int64_t count) {
    OwnedData data = made_up({.count = count,
                              .features = shape.sizes.front(),
                              .classes = shape.sizes.back(),
                              .type = shape.type,
                              .seed = 3,
                              .outputs = shape.sizes.back(),
                              .weighted = true});
    for (float& weight : data.sample_weights)
        weight = shape.batch < 8 ? weight + 0.5f : weight; // else a small batch may have none
    return data;
}

std::unique_ptr<Trainer> sgd_trainer(const Variant& variant, const Net& net, const LossOptions& loss,
                                     const Data& samples) {
    TrainerOptions options;
    options.net = net;
    options.loss = loss;
    options.optimizer.kind = OptimizerKind::sgd;
    options.optimizer.momentum = 0.9;
    std::unique_ptr<Trainer> trainer = make_trainer(options, variant);
    trainer->bind(samples);
    write(*trainer, Slot::parameters, initial(net, 4));
    return trainer;
}

std::vector<double> numbers(const StepResult& r) {
    return {r.loss, r.objective, r.absolute_error};
}

std::vector<double> numbers(const Evaluation& e) {
    return {e.loss_sum, e.objective_sum, e.weight_sum, e.absolute_error_sum, e.squared_error_sum};
}

class TargetLoss : public VariantTest {};

} // namespace

// Two outputs by hand; the formulas of PyTorch's documentation.
TEST(TargetLossReference, known_values) {
    const Net net{{1, 2}};
    OwnedData data = made_up({.count = 1, .features = 1, .classes = 2, .outputs = 2});
    data.floats = {0};
    data.targets = {1, 0.25f};
    const auto loss_at = [&](LossOptions loss, std::vector<double> outputs) {
        const auto trainer = sgd_trainer(reference_variant(), net, loss, samples_for(data, false));
        write(*trainer, Slot::parameters, {0, 0, outputs[0], outputs[1]}); // the biases
        return trainer->evaluate(samples_for(data, false), 0, 1, nullptr);
    };
    EXPECT_NEAR(loss_at(of_kind(LossKind::mse), {3, 0}).loss_sum, (4 + 0.0625) / 2, 1e-15);
    EXPECT_NEAR(loss_at(of_kind(LossKind::l1), {3, 0}).loss_sum, (2 + 0.25) / 2, 1e-15);
    LossOptions loss = of_kind(LossKind::smooth_l1);
    loss.parameter = 0.5;
    EXPECT_NEAR(loss_at(loss, {3, 0}).loss_sum, (1.75 + 0.0625) / 2, 1e-15);
    loss.kind = LossKind::huber;
    EXPECT_NEAR(loss_at(loss, {3, 0}).loss_sum, (0.5 * 1.75 + 0.03125) / 2, 1e-15);
    loss = of_kind(LossKind::bce);
    loss.pos_weight = {3, 2};
    const Evaluation bce = loss_at(loss, {2, -1});
    const double first = std::log1p(std::exp(-2.0)), second = std::log1p(std::exp(-1.0)); // of -z, and of z
    EXPECT_NEAR(bce.loss_sum, (first + 0.25 * (1 + second) + 0.75 * second) / 2, 1e-15);
    EXPECT_NEAR(bce.objective_sum, (3 * first + 2 * 0.25 * (1 + second) + 0.75 * second) / 2, 1e-15);
    EXPECT_EQ(bce.correct, 2);
    EXPECT_EQ(bce.weight_sum, 1);
    EXPECT_NEAR(bce.absolute_error_sum, (1 / (1 + std::exp(2.0)) + 1 / (1 + std::exp(1.0)) - 0.25) / 2, 1e-15);
}

TEST(TargetLossReference, gradients_are_the_slopes) {
    const Net net{{6, 5, 3}};
    const OwnedData data = made_up({.count = 7, .features = 6, .classes = 3, .outputs = 3, .weighted = true});
    Plan plan;
    plan.samples = plan.batch_size = 7;
    std::vector<LossOptions> losses = target_losses(3);
    losses.emplace_back(); // and sample weights beside labels
    losses.emplace_back().class_weights = {0.5f, 2, 1};
    losses.back().label_smoothing = 0.1;
    losses.back().ignore_index = 0;
    for (const LossOptions& loss : losses) {
        SCOPED_TRACE(name_of(loss));
        const Data samples = weighted_samples_for(data, loss.kind);
        const std::vector<double> parameters = initial(net, 11);
        const Gradient gradient = first_gradient(reference_variant(), net, loss, samples, plan, parameters);
        const auto trainer = sgd_trainer(reference_variant(), net, loss, samples);
        const auto objective_at = [&](size_t index, double apart) {
            std::vector<double> moved = parameters;
            moved[index] += apart;
            write(*trainer, Slot::parameters, moved);
            return train(*trainer, plan).results.front().objective;
        };
        for (size_t i = 0; i < parameters.size(); ++i) {
            const double slope = (objective_at(i, 1e-6) - objective_at(i, -1e-6)) / 2e-6;
            ASSERT_NEAR(gradient.values[i], slope, 1e-7 * (1 + std::abs(slope))) << i;
        }
    }
}

TEST_P(TargetLoss, every_loss_and_shape_is_the_references) {
    for (const Shape& shape : shapes()) {
        const Net net{shape.sizes};
        const OwnedData data = data_for(shape, shape.batch + 5);
        for (const LossOptions& loss : target_losses(net.classes())) {
            for (const bool weighted : {false, true}) {
                SCOPED_TRACE(name_of(loss) + ", " + std::to_string(net.classes()) + " outputs, batch " +
                             std::to_string(shape.batch) + (weighted ? ", weighted" : ""));
                const Data samples = samples_for(data, weighted);
                Plan plan;
                plan.batch_size = plan.samples = shape.batch;
                plan.order = made_up_order(samples.count, shape.batch, 8);
                const std::vector<double> parameters = initial(net, 4);
                const Gradient want = first_gradient(reference_variant(), net, loss, samples, plan, parameters);
                const Gradient got = first_gradient(variant(), net, loss, samples, plan, parameters);
                const auto close = [&](double b) { return variant().bound(b); };
                EXPECT_TRUE(all_within(got.values, want.values, close));
                const auto reference = sgd_trainer(reference_variant(), net, loss, samples);
                const auto trainer = sgd_trainer(variant(), net, loss, samples);
                const Trained expected = train(*reference, plan), trained = train(*trainer, plan);
                EXPECT_TRUE(all_within(numbers(trained.results[0]), numbers(expected.results[0]), close));
                EXPECT_EQ(trained.results[0].correct, expected.results[0].correct);
                write(*trainer, Slot::parameters, parameters);
                write(*reference, Slot::parameters, parameters);
                const Evaluation seen = trainer->evaluate(samples, 2, shape.batch + 1, nullptr);
                const Evaluation wanted = reference->evaluate(samples, 2, shape.batch + 1, nullptr);
                const auto close_sum = [&](double b) { return 4 * variant().bound(b); };
                EXPECT_TRUE(all_within(numbers(seen), numbers(wanted), close_sum));
                EXPECT_EQ(seen.correct, wanted.correct);
                EXPECT_EQ(seen.counted, shape.batch + 1);
                const auto model = make_model(net, variant(), {parameters.begin(), parameters.end()});
                const Evaluation of_model = model->evaluate(samples, 2, shape.batch + 1, loss, nullptr);
                EXPECT_EQ(numbers(of_model), numbers(seen));
            }
        }
    }
}

TEST_P(TargetLoss, sample_weights_beside_labels_are_the_references) {
    const Net net{{30, 20, 7}};
    const OwnedData data = made_up({.count = 70, .features = 30, .classes = 7, .weighted = true});
    for (const bool all_options : {false, true}) {
        LossOptions loss;
        if (all_options) {
            loss.class_weights = {1, 2, 0.5f, 0, 3, 1, 1};
            loss.label_smoothing = 0.1;
            loss.ignore_index = 2;
        }
        Plan plan;
        plan.batch_size = plan.samples = 64;
        const std::vector<double> parameters = initial(net, 4);
        const Gradient want = first_gradient(reference_variant(), net, loss, data.samples(), plan, parameters);
        const Gradient got = first_gradient(variant(), net, loss, data.samples(), plan, parameters);
        const auto close = [&](double b) { return variant().bound(b); };
        EXPECT_TRUE(all_within(got.values, want.values, close));
        const auto reference = sgd_trainer(reference_variant(), net, loss, data.samples());
        const auto trainer = sgd_trainer(variant(), net, loss, data.samples());
        EXPECT_TRUE(all_within(numbers(trainer->evaluate(data.samples(), 0, 70, nullptr)),
                               numbers(reference->evaluate(data.samples(), 0, 70, nullptr)),
                               [&](double b) { return 4 * variant().bound(b); }));
        EXPECT_TRUE(
            all_within(numbers(train(*trainer, plan).results[0]), numbers(train(*reference, plan).results[0]), close));
    }
}

// The same bits for any number of threads and rows of an evaluation at once.
TEST_P(TargetLoss, threads_change_no_bit) {
    if (variant().placement.device != DeviceKind::cpu)
        GTEST_SKIP() << "it has no threads to choose";
    const Net net{{50, 40, 33}};
    const OwnedData data = made_up(
        {.count = 300, .features = 50, .classes = 33, .type = PixelType::uint8, .outputs = 33, .weighted = true});
    for (const LossOptions& loss : target_losses(33)) {
        SCOPED_TRACE(name_of(loss));
        std::vector<std::vector<double>> seen;
        for (const int threads : {1, 2, 3, 7}) {
            Variant with = variant();
            with.placement.threads = threads;
            const auto trainer = sgd_trainer(with, net, loss, samples_for(data, true));
            Plan plan{made_up_order(300, 600, 2), 0, 64, 0.05};
            std::vector<double>& numbers_of = seen.emplace_back();
            for (const StepResult& result : train(*trainer, plan).results)
                numbers_of.insert(numbers_of.end(), {result.loss, result.objective, result.absolute_error});
            const Evaluation e = trainer->evaluate(samples_for(data, true), 3, 290, nullptr);
            numbers_of.insert(numbers_of.end(), {e.loss_sum, e.objective_sum, e.absolute_error_sum, e.weight_sum});
            const std::vector<double> parameters = read(*trainer, Slot::parameters, net);
            numbers_of.insert(numbers_of.end(), parameters.begin(), parameters.end());
        }
        for (const auto& other : seen)
            EXPECT_EQ(other, seen.front());
    }
}

TEST_P(TargetLoss, a_batch_without_weight_has_no_objective_and_changes_nothing) {
    const Net net{{6, 5, 3}};
    OwnedData data = made_up({.count = 8, .features = 6, .classes = 3, .outputs = 3, .weighted = true});
    std::fill_n(data.sample_weights.begin(), 4, 0.0f);
    std::fill_n(data.sample_weights.begin() + 4, 4, 1.0f);
    for (const LossKind kind : {LossKind::mse, LossKind::bce, LossKind::cross_entropy}) {
        const Data samples = weighted_samples_for(data, kind);
        const auto trainer = sgd_trainer(variant(), net, of_kind(kind), samples);
        const std::vector<double> before = read(*trainer, Slot::parameters, net);
        Plan plan;
        plan.samples = plan.batch_size = 4;
        plan.learning_rate = 0.1;
        const Trained weightless = train(*trainer, plan);
        EXPECT_FALSE(weightless.chunk.diverged);
        EXPECT_TRUE(std::isnan(weightless.results[0].objective));
        EXPECT_GT(weightless.results[0].loss, 0) << "the plain loss knows no weights";
        EXPECT_EQ(read(*trainer, Slot::parameters, net), before);
        plan.first = 4;
        EXPECT_GT(train(*trainer, plan).results[0].objective, 0);
        EXPECT_NE(read(*trainer, Slot::parameters, net), before);
    }
}

TEST_P(TargetLoss, outputs_far_out_stay_finite_until_they_are_not) {
    const Net net{{1, 2}};
    OwnedData data = made_up({.count = 1, .features = 1, .classes = 2, .outputs = 2});
    data.floats = {1};
    data.targets = {1, 0};
    for (const double z : {-1e4, -700.0, -90.0, -20.0, 0.0, 20.0, 90.0, 700.0, 1e4}) {
        const auto trainer = sgd_trainer(variant(), net, of_kind(LossKind::bce), samples_for(data, false));
        write(*trainer, Slot::parameters, {z, z, 0, 0});
        const Evaluation e = trainer->evaluate(samples_for(data, false), 0, 1, nullptr);
        const double want = (std::log1p(std::exp(-std::abs(z))) + std::log1p(std::exp(-std::abs(z))) + std::abs(z)) / 2;
        EXPECT_NEAR(e.loss_sum, want, 2e-6 * (1 + want)) << z;
    }
    Plan plan;
    plan.samples = plan.batch_size = 1;
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        for (const LossOptions& loss : target_losses(2)) {
            SCOPED_TRACE(name_of(loss));
            const auto trainer = sgd_trainer(variant(), net, loss, samples_for(data, false));
            write(*trainer, Slot::parameters, {bad, bad, 0, 0});
            EXPECT_TRUE(train(*trainer, plan).chunk.diverged);
        }
    }
}

MN_ON_VARIANTS(TargetLoss, variants_by_isa());

} // namespace mn::test
