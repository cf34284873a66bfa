// Data sets at the door.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "support/c_api.h"

namespace mn::test {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class ApiData : public Api {};

} // namespace

TEST_F(ApiData, each_bad_set_is_refused_by_name) {
    struct Case {
        const char* field;
        std::function<void(mn_data&)> spoil;
    };
    static const int32_t kLabels[] = {0, 1, 3, 0, 0, 0}, kNegative[] = {0, 1, 2, -1, 0, 0};
    const std::vector<Case> cases = {
        {"pixels", [](mn_data& d) { d.pixels = nullptr; }},
        {"pixels", [](mn_data& d) { d.pixels = static_cast<const char*>(d.pixels) + 1; }},
        {"labels", [](mn_data& d) { d.labels = nullptr; }},
        {"labels[2]", [](mn_data& d) { d.labels = kLabels; }},
        {"labels[3]", [](mn_data& d) { d.labels = kNegative; }},
        {"type", [](mn_data& d) { d.type = static_cast<mn_pixel_type>(2); }},
        {"scale", [](mn_data& d) { d.scale = 0.5; }},
        {"scale", [](mn_data& d) { d.type = MN_PIXEL_UINT8, d.scale = kNaN; }},
        {"scale", [](mn_data& d) { d.type = MN_PIXEL_UINT8, d.scale = 1e300; }},
        {"count", [](mn_data& d) { d.count = -1; }},
        {"count", [](mn_data& d) { d.count = INT64_MAX; }},
        {"features", [](mn_data& d) { d.features = 5; }},
        {"features", [](mn_data& d) { d.features = INT64_MIN; }},
    };
    const TrainerHandle trainer = create();
    const ModelHandle predictor = model(std::vector<float>(kParameters));
    mn_evaluation evaluation{};
    evaluation.counted = 5;
    for (const Case& c : cases) {
        mn_data bad = data_;
        c.spoil(bad);
        EXPECT_TRUE(invalid(mn_trainer_set_data(trainer.get(), &bad), c.field));
        EXPECT_TRUE(invalid(mn_trainer_check_data(trainer.get(), &bad), c.field));
        EXPECT_TRUE(invalid(mn_trainer_evaluate(trainer.get(), &bad, 0, 6, &evaluation, nullptr), c.field));
        EXPECT_TRUE(invalid(mn_model_evaluate(predictor.get(), &bad, 0, 6, nullptr, &evaluation, nullptr), c.field));
    }
    EXPECT_EQ(evaluation.counted, 5); // unchanged
}

// Six samples of three targets.
TEST_F(ApiData, each_bad_target_and_weight_is_refused_by_its_place) {
    constexpr float kNaNs[] = {0, 0, 0, 1, 0, std::numeric_limits<float>::quiet_NaN()};
    constexpr float kInfinite[] = {0, 0, -std::numeric_limits<float>::infinity()}, kAboveOne[] = {0, 1, 1, 0, 1.5f};
    constexpr float kNegative[] = {0, 1, 0, 0, -1};
    std::vector<float> targets(18), weights(6, 1.0f);
    for (const mn_loss kind : {MN_LOSS_MSE, MN_LOSS_BCE}) {
        options_.loss.kind = kind;
        const TrainerHandle trainer = create();
        const auto refused_for = [&](std::vector<float>& values, std::span<const float> bad, const char* place) {
            const std::vector<float> before = values;
            std::copy(bad.begin(), bad.end(), values.begin());
            EXPECT_TRUE(invalid(mn_trainer_set_data(trainer.get(), &data_), place));
            EXPECT_TRUE(invalid(mn_trainer_check_data(trainer.get(), &data_), place));
            mn_evaluation evaluation;
            EXPECT_TRUE(invalid(mn_trainer_evaluate(trainer.get(), &data_, 0, 6, &evaluation, nullptr), place));
            EXPECT_EQ(mn_trainer_evaluate(trainer.get(), &data_, 5, 1, &evaluation, nullptr), MN_OK) << "a good one";
            values = before;
        };
        data_.labels = nullptr;
        data_.targets = nullptr;
        EXPECT_TRUE(invalid(mn_trainer_set_data(trainer.get(), &data_), "targets is NULL"));
        data_.targets = targets.data();
        data_.sample_weights = weights.data();
        refused_for(targets, kNaNs, "targets[1][2]");
        refused_for(targets, kInfinite, "targets[0][2]");
        refused_for(weights, kNegative, "sample_weights[4]");
        refused_for(weights, std::span(kInfinite), "sample_weights[2]");
        if (kind == MN_LOSS_BCE)
            refused_for(targets, kAboveOne, "targets[1][1]");
        EXPECT_EQ(mn_trainer_set_data(trainer.get(), &data_), MN_OK) << mn_last_error();
        int32_t predictions[6];
        mn_evaluation evaluation;
        EXPECT_TRUE(invalid(mn_trainer_evaluate(trainer.get(), &data_, 0, 6, &evaluation, predictions), "predictions"));
    }
}

TEST_F(ApiData, checking_lends_nothing) {
    const TrainerHandle trainer = create();
    EXPECT_EQ(mn_trainer_check_data(trainer.get(), &data_), MN_OK) << mn_last_error();
    EXPECT_TRUE(invalid(train(trainer.get()), "data"));
}

// Blocks that go through a set look at each label once.
TEST_F(ApiData, an_evaluation_checks_the_labels_of_its_samples_only) {
    const TrainerHandle trainer = ready();
    std::vector<int32_t> labels = values_.labels;
    labels[4] = 3;
    data_.labels = labels.data();
    const ModelHandle predictor = model(read(trainer.get()));
    mn_evaluation evaluation;
    EXPECT_EQ(mn_trainer_evaluate(trainer.get(), &data_, 0, 4, &evaluation, nullptr), MN_OK) << mn_last_error();
    EXPECT_EQ(mn_trainer_evaluate(trainer.get(), &data_, 5, 1, &evaluation, nullptr), MN_OK) << mn_last_error();
    EXPECT_TRUE(invalid(mn_trainer_evaluate(trainer.get(), &data_, 3, 2, &evaluation, nullptr), "labels[4]"));
    EXPECT_EQ(mn_model_evaluate(predictor.get(), &data_, 0, 4, nullptr, &evaluation, nullptr), MN_OK);
    EXPECT_TRUE(invalid(mn_model_evaluate(predictor.get(), &data_, 0, 6, nullptr, &evaluation, nullptr), "labels[4]"));
    options_.loss.ignore_index = 3;
    EXPECT_EQ(mn_model_evaluate(predictor.get(), &data_, 0, 6, &options_.loss, &evaluation, nullptr), MN_OK)
        << "it is ignored";
    EXPECT_EQ(evaluation.counted, 5);
}

} // namespace mn::test
