// Models and the loss by itself, through the door.
#include <gtest/gtest.h>

#include <limits>
#include <thread>
#include <vector>

#include "support/c_api.h"

namespace mn::test {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr float kBadWeights[] = {1, -1, 1};
constexpr float kWeights[] = {1, 0.5, 2};

class ApiModel : public Api {};

} // namespace

TEST_F(ApiModel, a_model_serves_many_threads) {
    const std::vector<float> parameters = read(ready().get());
    const ModelHandle made = model(parameters);
    const mn_model* raw = made.get();
    std::vector<float> expected(18);
    ASSERT_EQ(mn_model_logits_f32(raw, values_.floats.data(), 6, expected.data()), MN_OK);
    std::vector<int> wrong(4);
    std::vector<std::thread> threads;
    for (size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            std::vector<float> logits(18);
            for (int i = 0; i < 200; ++i) {
                const mn_status status = mn_model_logits_f32(raw, values_.floats.data(), 6, logits.data());
                wrong[t] += status != MN_OK || logits != expected;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST_F(ApiModel, model_arguments_are_checked) {
    const std::vector<float> parameters(kParameters);
    mn_model* none = nullptr;
    EXPECT_TRUE(invalid(mn_model_create(&options_.net, nullptr, parameters.data(), 42, &none), "count"));
    EXPECT_EQ(none, nullptr);
    const ModelHandle made = model(parameters);
    const mn_model* raw = made.get();
    float logits[3];
    const uint8_t bytes[4] = {1, 2, 3, 4};
    EXPECT_EQ(mn_model_logits_u8(raw, bytes, 1.0 / 255, 1, logits), MN_OK);
    EXPECT_EQ(mn_model_logits_u8(raw, nullptr, 1, 0, nullptr), MN_OK);
    EXPECT_TRUE(refused(mn_model_logits_u8(raw, nullptr, 1, 1, logits), MN_INVALID_ARGUMENT, "pixels"));
    EXPECT_TRUE(refused(mn_model_logits_u8(raw, bytes, 1, 1, nullptr), MN_INVALID_ARGUMENT, "logits"));
    EXPECT_TRUE(refused(mn_model_logits_u8(raw, bytes, kNaN, 1, logits), MN_INVALID_ARGUMENT, "scale"));
    EXPECT_TRUE(refused(mn_model_logits_u8(raw, bytes, 1, -1, logits), MN_INVALID_ARGUMENT, "count"));
    EXPECT_TRUE(refused(mn_model_logits_u8(raw, bytes, 1, INT64_MAX, logits), MN_INVALID_ARGUMENT, "count"));
}

TEST_F(ApiModel, the_loss_by_itself) {
    const double logits[] = {0.2, 0.1, -0.1};
    const int32_t label = 0, bad_label = 3;
    double loss = 0;
    EXPECT_EQ(mn_cross_entropy(logits, &label, 1, 3, nullptr, nullptr, &loss, nullptr), MN_OK);
    EXPECT_NEAR(loss, 0.9729, 5e-5);
    const auto call = [&](const int32_t* labels, int64_t count, int64_t classes, const float* weights, double smoothing,
                          int reduction) {
        mn_loss_options options;
        mn_loss_options_defaults(&options, sizeof options);
        options.class_weights = weights;
        options.label_smoothing = smoothing;
        options.reduction = static_cast<mn_reduction>(reduction);
        return mn_cross_entropy(logits, labels, count, classes, &options, nullptr, &loss, nullptr);
    };
    const double before = loss;
    EXPECT_TRUE(refused(call(&bad_label, 1, 3, nullptr, 0, 1), MN_INVALID_ARGUMENT, "labels[0]"));
    EXPECT_TRUE(refused(call(&label, -1, 3, nullptr, 0, 1), MN_INVALID_ARGUMENT, "count"));
    EXPECT_TRUE(refused(call(&label, 1, 0, nullptr, 0, 1), MN_INVALID_ARGUMENT, "classes"));
    EXPECT_TRUE(refused(call(&label, 1, INT64_MAX, nullptr, 0, 1), MN_INVALID_ARGUMENT, "classes"));
    EXPECT_TRUE(refused(call(&label, 1, 3, kBadWeights, 0, 1), MN_INVALID_ARGUMENT, "class_weights[1]"));
    EXPECT_TRUE(refused(call(&label, 1, 3, kWeights, -1, 1), MN_INVALID_ARGUMENT, "label_smoothing"));
    EXPECT_TRUE(refused(call(&label, 1, 3, nullptr, 0, 3), MN_INVALID_ARGUMENT, "reduction"));
    EXPECT_EQ(loss, before);
}

} // namespace mn::test
