// Evaluating and predicting: the same bits, whoever does it and beside whatever else.
#include <gtest/gtest.h>

#include <vector>

#include "machine/isa.h"
#include "support/cpu_nets.h"
#include "support/data.h"

namespace mn::test {
namespace {

// Blocks of other sizes put the samples in another order.
TEST(CpuEvaluation, same_bits_however_many_rows_go_through_the_net_at_once) {
    const OwnedData data = mnist(700);
    std::vector<Evaluation> seen;
    std::vector<std::vector<int32_t>> predictions;
    for (const int64_t batch : {1, 333, 700}) {
        Trained run;
        const auto trainer =
            trained(cpu_variant(3, Precision::float32), article_net(), data.samples(), {{}, batch, batch, 0, 0}, run);
        predictions.emplace_back(600);
        seen.push_back(trainer->evaluate(data.samples(), 90, 600, predictions.back().data()));
        EXPECT_EQ(seen.back().loss_sum, seen.front().loss_sum) << "batch " << batch;
        EXPECT_EQ(seen.back().correct, seen.front().correct);
        EXPECT_EQ(predictions.back(), predictions.front());
    }
}

// A sample's logits do not depend on what else is in the batch, nor on the thread that has it.
TEST(CpuPrediction, same_bits_alone_and_in_a_batch) {
    const OwnedData data = mnist(300);
    const std::vector<double> wide = initial(article_net(), 0);
    const std::vector<float> parameters(wide.begin(), wide.end());
    const auto model = make_model(article_net(), cpu_variant(3, Precision::float32), parameters);
    std::vector<float> together(3000), alone(10);
    model->logits(data.samples(), together.data());
    for (const int64_t i : {0, 1, 157, 299}) {
        Data one = data.samples();
        one.pixels = data.bytes.data() + i * 784;
        one.count = 1;
        model->logits(one, alone.data());
        EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + i * 10)) << "sample " << i;
    }
}

// One number for one net: whoever evaluates it, and with however many threads.
TEST(CpuEvaluation, trainer_and_model_give_the_same_bits) {
    const OwnedData data = mnist(700);
    const std::vector<double> wide = initial(article_net(), 0);
    const std::vector<float> parameters(wide.begin(), wide.end());
    for (const Precision precision : {Precision::float32, Precision::bf16}) {
        if (precision == Precision::bf16 && !machine_has_bf16())
            continue;
        TrainerOptions options;
        options.net = article_net();
        options.loss.label_smoothing = 0.1;
        options.loss.ignore_index = 3;
        const auto trainer = make_trainer(options, cpu_variant(2, precision));
        trainer->write(Slot::parameters, parameters);
        std::vector<int32_t> want_predictions(600), predictions(600);
        const Evaluation want = trainer->evaluate(data.samples(), 90, 600, want_predictions.data());
        EXPECT_NE(want.objective_sum, want.loss_sum);
        for (const int threads : {1, 3}) {
            const auto model = make_model(article_net(), cpu_variant(threads, precision), parameters);
            const Evaluation got = model->evaluate(data.samples(), 90, 600, {.ignore_index = 3}, predictions.data());
            EXPECT_EQ(got.loss_sum, want.loss_sum) << threads << " threads";
            EXPECT_EQ(got.objective_sum, want.loss_sum) << "the model knows no smoothing";
            EXPECT_EQ(got.weight_sum, want.weight_sum);
            EXPECT_EQ(got.correct, want.correct);
            EXPECT_EQ(got.counted, want.counted);
            EXPECT_EQ(predictions, want_predictions);
            EXPECT_EQ(model->evaluate(data.samples(), 90, 0, {.ignore_index = 3}, nullptr).counted, 0);
        }
    }
}

} // namespace
} // namespace mn::test
