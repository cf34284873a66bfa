// Training and evaluation through the door.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "machine/memory.h"
#include "support/c_api.h"

namespace mn::test {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class ApiTrainer : public Api {};

} // namespace

TEST_F(ApiTrainer, each_bad_chunk_is_refused_by_name) {
    const TrainerHandle trainer = ready();
    mn_trainer* t = trainer.get();
    const std::vector<float> before = read(t);
    const auto call = [&](const int32_t* order, int64_t first, int64_t samples, int64_t batch, const double* rates) {
        mn_chunk chunk = chunk_of(samples, batch, rates);
        chunk.order = order;
        chunk.first = first;
        return mn_trainer_train(t, &chunk, results_, &done_);
    };
    const int32_t beyond[] = {0, 6}, negative[] = {0, -1};
    const double nan_rate[] = {0.1, kNaN, 0.1}, negative_rate[] = {-1, 1, 1};
    EXPECT_TRUE(invalid(call(nullptr, 0, 0, 2, rates_), "samples"));
    EXPECT_TRUE(invalid(call(nullptr, 0, -1, 2, rates_), "samples"));
    EXPECT_TRUE(invalid(call(nullptr, 0, INT64_MAX, 2, rates_), "samples"));
    EXPECT_TRUE(invalid(call(nullptr, 0, 7, 2, rates_), "samples"));
    EXPECT_TRUE(invalid(call(nullptr, -1, 2, 2, rates_), "first"));
    EXPECT_TRUE(invalid(call(nullptr, INT64_MAX, 2, 2, rates_), "first"));
    EXPECT_TRUE(invalid(call(nullptr, 0, 2, 0, rates_), "batch_size"));
    EXPECT_TRUE(invalid(call(nullptr, 0, 2, INT64_MAX, rates_), "batch_size"));
    EXPECT_TRUE(invalid(call(beyond, 0, 2, 2, rates_), "order[1]"));
    EXPECT_TRUE(invalid(call(negative, 0, 2, 2, rates_), "order[1]"));
    EXPECT_TRUE(invalid(call(nullptr, 0, 6, 2, nan_rate), "learning_rates[1]"));
    EXPECT_TRUE(invalid(call(nullptr, 0, 6, 2, negative_rate), "learning_rates[0]"));
    EXPECT_EQ(done_, -1);
    EXPECT_EQ(read(t), before);
    mn_evaluation evaluation;
    for (const auto& [first, count] : {std::pair<int64_t, int64_t>{-1, 2}, {5, 2}, {0, -1}, {INT64_MAX, INT64_MAX}}) {
        EXPECT_TRUE(invalid(mn_trainer_evaluate(t, &data_, first, count, &evaluation, nullptr), "first"));
    }
    const TrainerHandle without_data = create();
    EXPECT_TRUE(invalid(train(without_data.get()), "data"));
}

TEST_F(ApiTrainer, initialize_starts_over) {
    const TrainerHandle trainer = ready();
    const std::vector<float> start = read(trainer.get());
    ASSERT_EQ(train(trainer.get()), MN_OK);
    int64_t step = 0;
    EXPECT_EQ(mn_trainer_get_step(trainer.get(), &step), MN_OK);
    EXPECT_EQ(step, 3);
    EXPECT_NE(read(trainer.get()), start);
    EXPECT_EQ(mn_trainer_initialize(trainer.get(), 1), MN_OK);
    EXPECT_EQ(mn_trainer_get_step(trainer.get(), &step), MN_OK);
    EXPECT_EQ(step, 0);
    EXPECT_EQ(read(trainer.get()), start);
    EXPECT_EQ(read(trainer.get(), MN_SLOT_FIRST_MOMENT), std::vector<float>(kParameters, 0));
    EXPECT_EQ(read(trainer.get(), MN_SLOT_SECOND_MOMENT), std::vector<float>(kParameters, 0));
}

TEST_F(ApiTrainer, train_evaluate_and_predict_agree) {
    const TrainerHandle trainer = ready();
    chunk_.batch_size = 6;
    ASSERT_EQ(train(trainer.get()), MN_OK);
    EXPECT_EQ(done_, 1);
    EXPECT_EQ(mn_trainer_initialize(trainer.get(), 1), MN_OK); // the loss was that before the update
    mn_evaluation evaluation;
    int32_t predictions[6];
    ASSERT_EQ(mn_trainer_evaluate(trainer.get(), &data_, 0, 6, &evaluation, predictions), MN_OK);
    EXPECT_NEAR(evaluation.objective_sum / evaluation.weight_sum, results_[0].objective, 1e-12);
    EXPECT_EQ(evaluation.correct, results_[0].correct);
    EXPECT_EQ(evaluation.counted, 6);

    const std::vector<float> parameters = read(trainer.get());
    const ModelHandle made = model(parameters);
    const mn_model* raw = made.get();
    mn_evaluation of_model;
    int32_t its_predictions[6];
    ASSERT_EQ(mn_model_evaluate(raw, &data_, 0, 6, nullptr, &of_model, its_predictions), MN_OK);
    EXPECT_EQ(of_model.loss_sum, evaluation.loss_sum);
    EXPECT_EQ(of_model.objective_sum, evaluation.loss_sum);
    EXPECT_EQ(of_model.correct, evaluation.correct);
    EXPECT_TRUE(std::equal(predictions, predictions + 6, its_predictions));
    float logits[18];
    ASSERT_EQ(mn_model_logits_f32(raw, values_.floats.data(), 6, logits), MN_OK);
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(std::max_element(logits + 3 * i, logits + 3 * i + 3) - logits - 3 * i, predictions[i]);
}

// Class weights and smoothing are the objective's alone.
TEST_F(ApiTrainer, an_evaluation_has_the_plain_loss_beside_the_objective) {
    const TrainerHandle plain = ready();
    const float weights[] = {1, 0.5, 2};
    options_.loss.class_weights = weights;
    options_.loss.label_smoothing = 0.1;
    const TrainerHandle weighted = ready();
    mn_evaluation expected, got;
    ASSERT_EQ(mn_trainer_evaluate(plain.get(), &data_, 0, 6, &expected, nullptr), MN_OK);
    ASSERT_EQ(mn_trainer_evaluate(weighted.get(), &data_, 0, 6, &got, nullptr), MN_OK);
    EXPECT_EQ(expected.objective_sum, expected.loss_sum);
    EXPECT_EQ(got.loss_sum, expected.loss_sum);
    EXPECT_NE(got.objective_sum, expected.objective_sum);
    chunk_.batch_size = 6;
    ASSERT_EQ(train(weighted.get()), MN_OK);
    EXPECT_NEAR(got.objective_sum / got.weight_sum, results_[0].objective, 1e-12);
}

TEST_F(ApiTrainer, divergence_has_a_status_and_leaves_the_state) {
    values_.floats[17] = std::numeric_limits<float>::infinity(); // sample 4, the third step
    const TrainerHandle trainer = ready();
    const std::vector<float> before = read(trainer.get());
    EXPECT_TRUE(refused(train(trainer.get()), MN_DIVERGED, "not finite"));
    EXPECT_EQ(done_, 2);
    EXPECT_GT(results_[1].loss, 0);
    EXPECT_EQ(results_[2].loss, 0); // does not count
    EXPECT_EQ(read(trainer.get()), before);
    int64_t step = -1;
    EXPECT_EQ(mn_trainer_get_step(trainer.get(), &step), MN_OK);
    EXPECT_EQ(step, 0);
}

TEST_F(ApiTrainer, the_message_stays_until_the_next_failure_and_is_the_threads_own) {
    EXPECT_EQ(mn_trainer_initialize(nullptr, 0), MN_INVALID_ARGUMENT);
    const std::string message = mn_last_error();
    EXPECT_FALSE(message.empty());
    EXPECT_EQ(mn_last_error(), message);
    mn_cpu_info info;
    EXPECT_EQ(mn_get_cpu_info(&info), MN_OK);
    EXPECT_EQ(mn_last_error(), message);
    std::thread([] { EXPECT_STREQ(mn_last_error(), ""); }).join();
}

// A chunk that takes a while in one thread, calls from another meanwhile.
TEST_F(ApiTrainer, second_thread_gets_busy) {
    const int32_t sizes[] = {784, 256, 10};
    const OwnedData wide = made_up({.count = 256, .features = 784, .classes = 10});
    options_.net.sizes = sizes;
    data_ = data_of(wide);
    const TrainerHandle trainer = ready();
    const std::vector<int32_t> order = cyclic_order(256, 256 * 20);
    const std::vector<double> rates(20, 1e-4);
    std::vector<mn_step_result> results(20);
    mn_chunk chunk = chunk_of(256 * 20, 256, rates.data());
    chunk.order = order.data();
    std::atomic<bool> returned{false};
    std::thread first([&] {
        mn_status status = MN_BUSY; // the other thread may be inside for a moment
        while (status == MN_BUSY) {
            status = mn_trainer_train(trainer.get(), &chunk, results.data(), &done_);
        }
        EXPECT_EQ(status, MN_OK) << mn_last_error();
        returned = true;
    });
    int64_t step = 0;
    mn_status status = MN_OK;
    while (status != MN_BUSY && !returned)
        status = mn_trainer_get_step(trainer.get(), &step);
    EXPECT_TRUE(refused(status, MN_BUSY, "another thread"));
    EXPECT_TRUE(refused(mn_trainer_destroy(trainer.get()), MN_BUSY, "another thread"));
    first.join();
    EXPECT_EQ(done_, 20);
    EXPECT_EQ(mn_trainer_get_step(trainer.get(), &step), MN_OK);
    EXPECT_EQ(step, 20);
}

TEST_F(ApiTrainer, huge_batches_are_refused_and_nothing_dies) {
    constexpr int64_t kRows = 1 << 21, kWidth = 1 << 18;
    if (available_memory() >= kRows * kWidth * 4)
        GTEST_SKIP() << "SKIPPED: this machine has memory enough for the batch";
    const int32_t sizes[] = {1, kWidth, 1};
    const std::vector<uint8_t> pixels(kRows);
    const std::vector<int32_t> labels(kRows);
    options_.net.sizes = sizes;
    data_.pixels = pixels.data();
    data_.type = MN_PIXEL_UINT8;
    data_.labels = labels.data();
    data_.count = kRows;
    data_.features = 1;
    const TrainerHandle trainer = ready();
    chunk_ = chunk_of(kRows, kRows, rates_);
    EXPECT_TRUE(refused(train(trainer.get()), MN_OUT_OF_MEMORY, "batch_size"));
    chunk_ = chunk_of(2, 1, rates_);
    EXPECT_EQ(train(trainer.get()), MN_OK); // still there
}

TEST_F(ApiTrainer, describe_is_cut_to_capacity) {
    const TrainerHandle trainer = create();
    char text[200], cut[5];
    EXPECT_EQ(mn_trainer_describe(trainer.get(), text, sizeof text), MN_OK);
    EXPECT_EQ(mn_trainer_describe(trainer.get(), cut, sizeof cut), MN_OK);
    EXPECT_EQ(std::string(cut), std::string(text).substr(0, 4));
}

} // namespace mn::test
