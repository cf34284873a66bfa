// Inference on every backend.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "support/odd_shapes.h"

namespace mn::test {

namespace {

class Prediction : public VariantTest {
  protected:
    static std::vector<float> parameters_of(const Net& net) {
        const std::vector<double> wide = initial(net, 12);
        return {wide.begin(), wide.end()};
    }

    static std::vector<float> logits_of(const Model& model, const Net& net, const Data& samples) {
        std::vector<float> logits(static_cast<size_t>(samples.count * net.classes()));
        model.logits(samples, logits.data());
        return logits;
    }
};

} // namespace

TEST_P(Prediction, logits_of_the_reference) {
    for (int64_t count : {1, 2, 31}) {
        for (const OddShape& shape : odd_shapes(count)) {
            const std::vector<float> parameters = parameters_of(shape.net);
            Data samples = shape.data.samples();
            samples.labels = nullptr; // not read
            const auto expected =
                logits_of(*make_model(shape.net, reference_variant(), parameters), shape.net, samples);
            const auto got = logits_of(*make_model(shape.net, variant(), parameters), shape.net, samples);
            EXPECT_TRUE(all_within({got.begin(), got.end()}, {expected.begin(), expected.end()}, [](double b) {
                return 1e-6 + 1e-5 * std::abs(b);
            })) << shape.name;
        }
    }
}

// One model, calls of growing and shrinking size, by one thread and by several: buffers are used again.
TEST_P(Prediction, any_numbers_of_rows_one_after_the_other) {
    const Net net{{784, 33, 10}};
    const std::vector<float> parameters = parameters_of(net);
    const OwnedData data =
        made_up({.count = 300, .features = 784, .classes = 10, .type = PixelType::uint8, .zeros = 0.8});
    const auto model = make_model(net, variant(), parameters);
    const std::vector<float> all = logits_of(*model, net, data.samples());
    const auto predict_in_turn = [&] {
        for (const int64_t count : {5, 8, 29, 36, 1, 64, 300, 7, 255, 257}) {
            Data samples = data.samples();
            samples.count = count;
            const std::vector<float> logits = logits_of(*model, net, samples);
            if (variant().placement.device != DeviceKind::cuda) {
                EXPECT_TRUE(std::equal(logits.begin(), logits.end(), all.begin())) << count << " rows";
                continue;
            }
            // There the number of rows chooses how products are cut into tiles, and so the order of their sums.
            EXPECT_TRUE(all_within({logits.begin(), logits.end()}, {all.begin(), all.begin() + count * 10},
                                   [](double b) { return 1e-6 + 1e-6 * std::abs(b); }))
                << count << " rows";
        }
    };
    predict_in_turn();
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back(predict_in_turn);
    for (std::thread& thread : threads)
        thread.join();
}

TEST_P(Prediction, agrees_with_the_trainer) {
    const Net net{{33, 20, 7}};
    const std::vector<float> parameters = parameters_of(net);
    const OwnedData data = made_up({.count = 513, .features = 33, .classes = 7, .type = PixelType::uint8});
    TrainerOptions options;
    options.net = net;
    const std::unique_ptr<Trainer> trainer = make_trainer(options, variant());
    write(*trainer, Slot::parameters, {parameters.begin(), parameters.end()});
    std::vector<int32_t> predictions(513);
    trainer->evaluate(data.samples(), 0, 513, predictions.data());
    const std::vector<float> logits = logits_of(*make_model(net, variant(), parameters), net, data.samples());
    for (int64_t i = 0; i < 513; ++i) {
        const auto row = logits.begin() + i * 7;
        EXPECT_EQ(std::max_element(row, row + 7) - row, predictions[static_cast<size_t>(i)]) << i;
    }
}

TEST_P(Prediction, evaluates_as_the_trainer) {
    TrainerOptions options;
    options.net = {{31, 17, 5}};
    options.loss.ignore_index = 2;
    const std::vector<float> parameters = parameters_of(options.net);
    const OwnedData data = made_up({.count = 513, .features = 31, .classes = 5, .type = PixelType::uint8});
    const std::unique_ptr<Trainer> trainer = make_trainer(options, variant());
    trainer->write(Slot::parameters, parameters);
    std::vector<int32_t> of_trainer(500), of_model(500);
    const Evaluation expected = trainer->evaluate(data.samples(), 7, 500, of_trainer.data());
    const auto model = make_model(options.net, variant(), parameters);
    const Evaluation got = model->evaluate(data.samples(), 7, 500, {.ignore_index = 2}, of_model.data());
    const double bound = variant().placement.device == DeviceKind::cuda ? 1e-5 : 0;
    EXPECT_NEAR(got.loss_sum, expected.loss_sum, bound * expected.loss_sum);
    EXPECT_NEAR(got.objective_sum, expected.objective_sum, bound * expected.objective_sum);
    EXPECT_EQ(got.weight_sum, expected.weight_sum);
    EXPECT_EQ(got.counted, expected.counted);
    EXPECT_EQ(got.correct, expected.correct);
    EXPECT_EQ(of_model, of_trainer);
}

TEST_P(Prediction, four_threads_at_once) {
    const Net net{{50, 40, 10}};
    const auto model = make_model(net, variant(), parameters_of(net));
    std::vector<OwnedData> inputs;
    std::vector<std::vector<float>> expected, got(4);
    for (uint32_t t = 0; t < 4; ++t) {
        inputs.push_back(made_up({.count = 40 + 17 * t, .features = 50, .classes = 10, .seed = t + 1}));
        expected.push_back(logits_of(*model, net, inputs[t].samples()));
    }
    std::vector<std::thread> threads;
    std::vector<int> different(4);
    for (size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int repeat = 0; repeat < 20; ++repeat) {
                different[t] += logits_of(*model, net, inputs[t].samples()) != expected[t];
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(different, std::vector<int>(4, 0));
}

TEST_P(Prediction, says_what_it_is_and_holds) {
    const Net net{{50, 40, 10}};
    const auto model = make_model(net, variant(), parameters_of(net));
    EXPECT_FALSE(model->describe().empty());
    EXPECT_GE(model->bytes(), net.parameter_count() * 4);
}

MN_ON_VARIANTS(Prediction, all_variants());

} // namespace mn::test
