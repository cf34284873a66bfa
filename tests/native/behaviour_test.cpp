// What a backend does where the numbers end: divergence, ignored batches, evaluation.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reference/loss.h"
#include "support/odd_shapes.h"

namespace mn::test {

namespace {

struct State {
    std::vector<std::vector<double>> slots;
    int64_t step = 0;
    bool operator==(const State&) const = default;
};

class Behaviour : public VariantTest {
  protected:
    static State state_of(const Trainer& trainer, const TrainerOptions& options) {
        State state{{}, trainer.step()};
        for (Slot slot : slots_of(options.optimizer))
            state.slots.push_back(read(trainer, slot, options.net));
        return state;
    }

    std::unique_ptr<Trainer> started(const TrainerOptions& options, const OwnedData& data) const {
        std::unique_ptr<Trainer> trainer = make_trainer(options, variant());
        write(*trainer, Slot::parameters, initial(options.net, 6));
        trainer->bind(data.samples());
        return trainer;
    }
};

TrainerOptions small_net(OptimizerKind kind = OptimizerKind::adam) {
    TrainerOptions options;
    options.net = {{12, 9, 7, 5}};
    options.optimizer.kind = kind;
    if (kind != OptimizerKind::sgd)
        options.optimizer.amsgrad = true; // every slot there is
    return options;
}

OwnedData small_data() {
    return made_up({.count = 60, .features = 12, .classes = 5});
}

Plan steps_of_10(int64_t first, int64_t samples, double learning_rate) {
    Plan plan;
    plan.first = first;
    plan.samples = samples;
    plan.batch_size = 10;
    plan.learning_rate = learning_rate;
    return plan;
}

} // namespace

TEST_P(Behaviour, non_finite_input_diverges_and_restores) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (float bad : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
        SCOPED_TRACE(bad);
        const TrainerOptions options = small_net();
        OwnedData data = small_data();
        data.floats[static_cast<size_t>(45 * data.features + 3)] = bad;
        const std::unique_ptr<Trainer> trainer = started(options, data);
        train(*trainer, steps_of_10(0, 20, 1e-2));
        const State before = state_of(*trainer, options);
        const Trained trained = train(*trainer, steps_of_10(10, 50, 1e-2)); // the third step meets sample 45
        EXPECT_TRUE(trained.chunk.diverged);
        EXPECT_EQ(trained.chunk.steps_done, 3);
        EXPECT_TRUE(state_of(*trainer, options) == before);
        const Trained good = train(*trainer, steps_of_10(10, 30, 1e-2)); // and it goes on
        EXPECT_FALSE(good.chunk.diverged);
        for (size_t i = 0; i < 3; ++i)
            EXPECT_EQ(good.results[i].loss, trained.results[i].loss);
    }
}

TEST_P(Behaviour, huge_learning_rate_diverges_and_restores) {
    for (int kind = 0; kind <= static_cast<int>(kLastOptimizer); ++kind) {
        const TrainerOptions options = small_net(static_cast<OptimizerKind>(kind));
        const OwnedData data = small_data();
        const std::unique_ptr<Trainer> trainer = started(options, data);
        train(*trainer, steps_of_10(0, 20, 1e-2));
        const State before = state_of(*trainer, options);
        const Trained trained = train(*trainer, steps_of_10(0, 60, 1e300));
        EXPECT_TRUE(trained.chunk.diverged);
        EXPECT_EQ(trained.chunk.steps_done, 1);
        EXPECT_TRUE(state_of(*trainer, options) == before);
    }
}

TEST_P(Behaviour, ignored_batch_is_no_divergence) {
    for (Reduction reduction : {Reduction::mean, Reduction::sum}) {
        TrainerOptions options = small_net(OptimizerKind::sgd);
        options.loss.ignore_index = -7;
        options.loss.reduction = reduction;
        OwnedData data = small_data();
        std::fill(data.labels.begin() + 10, data.labels.begin() + 20, -7);
        const std::unique_ptr<Trainer> trainer = started(options, data);
        const State before = state_of(*trainer, options);
        const Trained ignored = train(*trainer, steps_of_10(10, 10, 0.1));
        EXPECT_FALSE(ignored.chunk.diverged);
        EXPECT_EQ(ignored.chunk.steps_done, 1);
        EXPECT_EQ(ignored.results[0].correct, 0);
        if (reduction == Reduction::mean) {
            EXPECT_TRUE(std::isnan(ignored.results[0].objective));
        } else {
            EXPECT_EQ(ignored.results[0].objective, 0);
        }
        EXPECT_TRUE(std::isnan(ignored.results[0].loss));
        EXPECT_EQ(state_of(*trainer, options).slots, before.slots); // a zero gradient
        EXPECT_EQ(trainer->step(), 1);
        const Trained all = train(*trainer, steps_of_10(0, 60, 0.1));
        EXPECT_FALSE(all.chunk.diverged);
        EXPECT_EQ(all.chunk.steps_done, 6);
        EXPECT_TRUE(std::isfinite(all.results[5].loss));
    }
}

TEST_P(Behaviour, a_batch_of_weight_0_is_no_divergence) {
    for (const double smoothing : {0.0, 0.2}) {
        TrainerOptions options = small_net(OptimizerKind::sgd);
        options.loss.class_weights = {1, 1, 0, 2, 1};
        options.loss.label_smoothing = smoothing;
        OwnedData data = small_data();
        std::fill(data.labels.begin() + 10, data.labels.begin() + 20, 2);
        const std::unique_ptr<Trainer> trainer = started(options, data);
        const State before = state_of(*trainer, options);
        const Trained weightless = train(*trainer, steps_of_10(10, 10, 0.1));
        EXPECT_FALSE(weightless.chunk.diverged);
        EXPECT_TRUE(std::isnan(weightless.results[0].objective));
        EXPECT_TRUE(std::isfinite(weightless.results[0].loss)); // which knows no weights
        EXPECT_EQ(state_of(*trainer, options).slots, before.slots);
        const Trained all = train(*trainer, steps_of_10(0, 60, 0.1));
        EXPECT_FALSE(all.chunk.diverged);
        EXPECT_EQ(all.chunk.steps_done, 6);
        EXPECT_TRUE(std::isfinite(all.results[5].objective));
    }
}

TEST_P(Behaviour, a_steps_losses_are_those_of_an_evaluation) {
    TrainerOptions options = small_net(OptimizerKind::sgd);
    options.loss.class_weights.assign(static_cast<size_t>(options.net.classes()), 1);
    options.loss.class_weights[1] = 3;
    options.loss.label_smoothing = 0.2;
    options.loss.ignore_index = -7;
    OwnedData data = small_data();
    std::fill(data.labels.begin() + 2, data.labels.begin() + 5, -7);
    const std::unique_ptr<Trainer> trainer = started(options, data);
    const Evaluation before = trainer->evaluate(data.samples(), 0, 20, nullptr);
    const Trained trained = train(*trainer, {.samples = 20, .batch_size = 20, .learning_rate = 0.1});
    EXPECT_NEAR(trained.results[0].loss, before.loss(), 1e-6);
    EXPECT_NEAR(trained.results[0].objective, before.objective_sum / before.weight_sum, 1e-6);
    EXPECT_GT(std::abs(trained.results[0].objective - trained.results[0].loss), 1e-3);
}

TEST_P(Behaviour, evaluation_is_the_loss_of_the_logits) {
    const Net net{{31, 17, 5}};
    const std::vector<double> parameters = initial(net, 9);
    const OwnedData data = made_up({.count = 700, .features = 31, .classes = 5, .type = PixelType::uint8});
    const int64_t first = 13, count = 600;
    const auto model = make_model(net, reference_variant(), {parameters.begin(), parameters.end()});
    std::vector<float> logits(700 * 5);
    model->logits(data.samples(), logits.data());
    const std::vector<double> wide(logits.begin() + first * 5, logits.begin() + (first + count) * 5);
    for (LossOptions loss : loss_variants(5)) {
        TrainerOptions options;
        options.net = net;
        options.loss = loss;
        const std::unique_ptr<Trainer> trainer = make_trainer(options, variant());
        write(*trainer, Slot::parameters, parameters);
        std::vector<int32_t> predictions(count);
        const Evaluation got = trainer->evaluate(data.samples(), first, count, predictions.data());

        const int32_t* labels = data.labels.data() + first;
        double sum = 0, mean = 0, plain = 0;
        LossOptions without;
        without.reduction = Reduction::sum;
        without.ignore_index = loss.ignore_index;
        reference::cross_entropy(wide.data(), labels, count, 5, without, nullptr, &plain, nullptr);
        loss.reduction = Reduction::sum;
        reference::cross_entropy(wide.data(), labels, count, 5, loss, nullptr, &sum, nullptr);
        loss.reduction = Reduction::mean;
        reference::cross_entropy(wide.data(), labels, count, 5, loss, nullptr, &mean, nullptr);
        const auto bound = [](double b) { return 1e-6 + 1e-5 * std::abs(b); }; // the logits are float32
        EXPECT_TRUE(all_within({got.objective_sum, got.objective_sum / got.weight_sum, got.loss_sum},
                               {sum, mean, plain}, bound));
        int64_t correct = 0, counted = 0;
        for (int64_t i = 0; i < count; ++i) {
            const auto row = wide.begin() + i * 5;
            const int32_t largest = static_cast<int32_t>(std::max_element(row, row + 5) - row);
            EXPECT_EQ(predictions[static_cast<size_t>(i)], largest) << i;
            counted += labels[i] != loss.ignore_index;
            correct += labels[i] != loss.ignore_index && labels[i] == largest;
        }
        EXPECT_EQ(got.correct, correct);
        EXPECT_EQ(got.counted, counted);
    }
}

TEST_P(Behaviour, the_first_of_equal_logits_is_the_prediction) {
    const TrainerOptions options = small_net();
    const OwnedData data = small_data();
    const std::unique_ptr<Trainer> trainer = make_trainer(options, variant());
    trainer->bind(data.samples());
    write(*trainer, Slot::parameters, std::vector<double>(static_cast<size_t>(options.net.parameter_count()), 0.0));
    const int64_t zeros = std::count(data.labels.begin(), data.labels.end(), 0);
    std::vector<int32_t> predictions(60, -1);
    EXPECT_EQ(trainer->evaluate(data.samples(), 0, 60, predictions.data()).correct, zeros);
    EXPECT_EQ(predictions, std::vector<int32_t>(60, 0));
    Plan plan;
    plan.samples = plan.batch_size = 60;
    const Trained trained = train(*trainer, plan);
    EXPECT_EQ(trained.results[0].correct, zeros);
    EXPECT_NEAR(trained.results[0].loss, std::log(5), 1e-6);
}

TEST_P(Behaviour, evaluation_of_nothing) {
    const OwnedData data = small_data();
    const Evaluation sums = started(small_net(), data)->evaluate(data.samples(), 60, 0, nullptr);
    EXPECT_EQ(sums.loss_sum, 0);
    EXPECT_EQ(sums.objective_sum, 0);
    EXPECT_EQ(sums.weight_sum, 0);
    EXPECT_EQ(sums.counted, 0);
}

TEST_P(Behaviour, every_slot_is_read_as_it_was_written) {
    const TrainerOptions options = small_net();
    const std::unique_ptr<Trainer> trainer = make_trainer(options, variant());
    std::vector<double> values = initial(options.net, 30);
    for (Slot slot : slots_of(options.optimizer)) {
        EXPECT_EQ(read(*trainer, slot, options.net).size(), values.size());
        for (double& v : values)
            v += 0.25;
        for (double& v : values)
            v = static_cast<float>(v);
        write(*trainer, slot, values);
        EXPECT_EQ(read(*trainer, slot, options.net), values);
    }
    trainer->set_step(41);
    EXPECT_EQ(trainer->step(), 41);
}

TEST_P(Behaviour, training_sets_may_be_changed) {
    TrainerOptions options = small_net();
    const OwnedData bytes = made_up({.count = 25, .features = 12, .classes = 5, .type = PixelType::uint8});
    const OwnedData floats = small_data();
    const std::unique_ptr<Trainer> trainer = started(options, floats), fresh = started(options, bytes);
    train(*trainer, steps_of_10(0, 60, 0));
    trainer->bind(bytes.samples());
    EXPECT_EQ(train(*trainer, steps_of_10(0, 25, 0)).losses(), train(*fresh, steps_of_10(0, 25, 0)).losses());
}

TEST_P(Behaviour, says_what_it_is_and_holds) {
    const TrainerOptions options = small_net();
    const std::unique_ptr<Trainer> trainer = make_trainer(options, variant());
    EXPECT_FALSE(trainer->describe().empty());
    EXPECT_GE(trainer->bytes(), options.net.parameter_count() * 4 * 4); // parameters and three moments
}

MN_ON_VARIANTS(Behaviour, all_variants());

} // namespace mn::test
