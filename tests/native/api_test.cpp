// The C ABI as a hostile or careless caller sees it.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "machine/memory.h"
#include "mnist_native.h"
#include "support/data.h"

namespace mn::test {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr float kBadWeights[] = {1, -1, 1};
constexpr float kWeights[] = {1, 0.5, 2};

struct TrainerDeleter {
    void operator()(mn_trainer* trainer) const { EXPECT_EQ(mn_trainer_destroy(trainer), MN_OK); }
};
struct ModelDeleter {
    void operator()(mn_model* model) const { EXPECT_EQ(mn_model_destroy(model), MN_OK); }
};
using Trainer = std::unique_ptr<mn_trainer, TrainerDeleter>;
using Model = std::unique_ptr<mn_model, ModelDeleter>;

testing::AssertionResult refused(mn_status got, mn_status expected, const std::string& word) {
    const std::string message = mn_last_error();
    if (got != expected)
        return testing::AssertionFailure() << "status " << got << ": " << message;
    if (message.find(word) == std::string::npos) {
        return testing::AssertionFailure() << "the message does not name " << word << ": " << message;
    }
    return testing::AssertionSuccess();
}

// A net of 4-5-3, six samples, and everything that a call needs.
class Api : public testing::Test {
  protected:
    Api() {
        mn_options_defaults(&options_);
        options_.sizes = sizes_;
        options_.layer_count = 2;
        options_.device = MN_DEVICE_REFERENCE;
        data_ = {values_.floats.data(), MN_FLOAT32_PIXELS, 1, values_.labels.data(), 6, 4};
    }

    Trainer create() const {
        mn_trainer* trainer = nullptr;
        EXPECT_EQ(mn_trainer_create(&options_, &trainer), MN_OK) << mn_last_error();
        return Trainer(trainer);
    }

    Trainer ready() const {
        Trainer trainer = create();
        EXPECT_EQ(mn_trainer_initialize(trainer.get(), 1), MN_OK);
        EXPECT_EQ(mn_trainer_set_data(trainer.get(), &data_), MN_OK);
        return trainer;
    }

    // Three steps of two samples.
    mn_status train(mn_trainer* trainer) {
        return mn_trainer_train(trainer, nullptr, 0, 6, 2, rates_, losses_, correct_, &done_);
    }

    static std::vector<float> read(mn_trainer* trainer, mn_slot slot = MN_PARAMETERS) {
        std::vector<float> values(kParameters);
        EXPECT_EQ(mn_trainer_read(trainer, slot, values.data(), kParameters), MN_OK) << mn_last_error();
        return values;
    }

    static constexpr int64_t kParameters = 43;
    int32_t sizes_[3] = {4, 5, 3};
    mn_options options_{};
    OwnedData values_ = made_up({.count = 6, .features = 4, .classes = 3});
    mn_data data_{};
    double rates_[6] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    double losses_[6] = {};
    int32_t correct_[6] = {};
    int64_t done_ = -1;
};

} // namespace

TEST_F(Api, version_has_three_numbers) {
    int major = -1, minor = -1, patch = -1;
    EXPECT_EQ(std::sscanf(mn_version(), "%d.%d.%d", &major, &minor, &patch), 3);
}

TEST_F(Api, defaults_are_pytorchs) {
    mn_options o;
    std::memset(&o, 0x5A, sizeof o);
    mn_options_defaults(&o);
    EXPECT_EQ(o.device, MN_DEVICE_CPU);
    EXPECT_EQ(o.optimizer, MN_ADAM);
    EXPECT_EQ(o.beta1, 0.9);
    EXPECT_EQ(o.beta2, 0.999);
    EXPECT_EQ(o.eps, 1e-8);
    EXPECT_EQ(o.weight_decay, 0);
    EXPECT_EQ(o.ignore_index, -100);
    EXPECT_EQ(o.reduction, MN_REDUCTION_MEAN);
    EXPECT_EQ(o.class_weights, nullptr);
    mn_options_defaults(nullptr);
}

TEST_F(Api, null_is_refused_everywhere) {
    const Trainer trainer = ready();
    mn_trainer* t = trainer.get();
    float values[kParameters] = {};
    int64_t step = 0;
    char text[8];
    mn_evaluation evaluation;
    mn_trainer* made = nullptr;
    mn_model* model = nullptr;
    const auto invalid = [](mn_status status, const char* word) { return refused(status, MN_INVALID_ARGUMENT, word); };

    EXPECT_TRUE(invalid(mn_get_cpu_info(nullptr), "info"));
    EXPECT_TRUE(invalid(mn_get_gpu_count(nullptr, nullptr, 0), "count"));
    EXPECT_TRUE(invalid(mn_get_gpu_info(0, nullptr), "info"));
    EXPECT_TRUE(invalid(mn_trainer_create(nullptr, &made), "options"));
    EXPECT_TRUE(invalid(mn_trainer_create(&options_, nullptr), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_initialize(nullptr, 0), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_set_data(nullptr, &data_), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_set_data(t, nullptr), "data"));
    EXPECT_TRUE(invalid(train(nullptr), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_train(t, nullptr, 0, 6, 2, nullptr, losses_, correct_, &done_), "learning_rates"));
    EXPECT_TRUE(invalid(mn_trainer_train(t, nullptr, 0, 6, 2, rates_, nullptr, correct_, &done_), "losses"));
    EXPECT_TRUE(invalid(mn_trainer_train(t, nullptr, 0, 6, 2, rates_, losses_, nullptr, &done_), "correct"));
    EXPECT_TRUE(invalid(mn_trainer_train(t, nullptr, 0, 6, 2, rates_, losses_, correct_, nullptr), "steps_done"));
    EXPECT_TRUE(invalid(mn_trainer_evaluate(nullptr, &data_, 0, 6, &evaluation, nullptr), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_evaluate(t, nullptr, 0, 6, &evaluation, nullptr), "data"));
    EXPECT_TRUE(invalid(mn_trainer_evaluate(t, &data_, 0, 6, nullptr, nullptr), "evaluation"));
    EXPECT_TRUE(invalid(mn_trainer_read(nullptr, MN_PARAMETERS, values, kParameters), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_read(t, MN_PARAMETERS, nullptr, kParameters), "values"));
    EXPECT_TRUE(invalid(mn_trainer_write(nullptr, MN_PARAMETERS, values, kParameters), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_write(t, MN_PARAMETERS, nullptr, kParameters), "values"));
    EXPECT_TRUE(invalid(mn_trainer_get_step(nullptr, &step), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_get_step(t, nullptr), "step"));
    EXPECT_TRUE(invalid(mn_trainer_set_step(nullptr, 0), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_describe(nullptr, text, sizeof text), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_describe(t, nullptr, 8), "text"));
    EXPECT_TRUE(invalid(mn_trainer_describe(t, text, 0), "capacity"));
    EXPECT_TRUE(invalid(mn_model_create(nullptr, values, kParameters, &model), "options"));
    EXPECT_TRUE(invalid(mn_model_create(&options_, nullptr, kParameters, &model), "parameters"));
    EXPECT_TRUE(invalid(mn_model_create(&options_, values, kParameters, nullptr), "model"));
    EXPECT_TRUE(invalid(mn_model_logits_f32(nullptr, values, 1, values), "model"));
    EXPECT_TRUE(invalid(mn_model_logits_u8(nullptr, nullptr, 1, 1, values), "model"));
    double logits[3] = {};
    int32_t label = 0;
    EXPECT_TRUE(
        invalid(mn_cross_entropy(nullptr, &label, 1, 3, nullptr, -100, 0, MN_REDUCTION_MEAN, nullptr, nullptr, nullptr),
                "logits"));
    EXPECT_TRUE(
        invalid(mn_cross_entropy(logits, nullptr, 1, 3, nullptr, -100, 0, MN_REDUCTION_MEAN, nullptr, nullptr, nullptr),
                "labels"));

    EXPECT_EQ(mn_trainer_destroy(nullptr), MN_OK);
    EXPECT_EQ(mn_model_destroy(nullptr), MN_OK);
    EXPECT_EQ(mn_trainer_bytes(nullptr), 0);
    EXPECT_EQ(mn_model_bytes(nullptr), 0);
    EXPECT_EQ(made, nullptr);
    EXPECT_EQ(model, nullptr);
    EXPECT_EQ(done_, -1);
}

TEST_F(Api, every_bad_option_is_refused_by_name) {
    static const int32_t kZero[] = {4, 0, 3}, kHuge[] = {INT32_MAX, INT32_MAX, INT32_MAX}, kNegative[] = {4, 5, -3};
    struct Case {
        const char* field;
        std::function<void(mn_options&)> spoil;
    };
    const std::vector<Case> cases = {
        {"sizes", [](mn_options& o) { o.sizes = nullptr; }},
        {"sizes[1]", [](mn_options& o) { o.sizes = kZero; }},
        {"sizes[2]", [](mn_options& o) { o.sizes = kNegative; }},
        {"sizes", [](mn_options& o) { o.sizes = kHuge; }},
        {"layer_count", [](mn_options& o) { o.layer_count = 0; }},
        {"layer_count", [](mn_options& o) { o.layer_count = INT32_MIN; }},
        {"layer_count", [](mn_options& o) { o.layer_count = INT32_MAX; }},
        {"device", [](mn_options& o) { o.device = static_cast<mn_device>(3); }},
        {"device", [](mn_options& o) { o.device = static_cast<mn_device>(-1); }},
        {"device_index", [](mn_options& o) { o.device_index = -1; }},
        {"precision", [](mn_options& o) { o.precision = static_cast<mn_precision>(77); }},
        {"threads", [](mn_options& o) { o.threads = -1; }},
        {"threads", [](mn_options& o) { o.threads = INT32_MAX; }},
        {"optimizer", [](mn_options& o) { o.optimizer = static_cast<mn_optimizer>(3); }},
        {"beta1", [](mn_options& o) { o.beta1 = 1; }},
        {"beta1", [](mn_options& o) { o.beta1 = kNaN; }},
        {"beta2", [](mn_options& o) { o.beta2 = -0.1; }},
        {"eps", [](mn_options& o) { o.eps = -1; }},
        {"eps", [](mn_options& o) { o.eps = kInfinity; }},
        {"amsgrad", [](mn_options& o) { o.amsgrad = 2; }},
        {"weight_decay", [](mn_options& o) { o.weight_decay = -1; }},
        {"weight_decay", [](mn_options& o) { o.weight_decay = kNaN; }},
        {"momentum", [](mn_options& o) { o.optimizer = MN_SGD, o.momentum = -0.1; }},
        {"dampening", [](mn_options& o) { o.optimizer = MN_SGD, o.dampening = kNaN; }},
        {"nesterov", [](mn_options& o) { o.optimizer = MN_SGD, o.nesterov = 1; }},
        {"nesterov", [](mn_options& o) { o.optimizer = MN_SGD, o.nesterov = 1, o.momentum = 0.9, o.dampening = 0.1; }},
        {"nesterov", [](mn_options& o) { o.optimizer = MN_SGD, o.nesterov = -1, o.momentum = 0.9; }},
        {"class_weights[1]", [](mn_options& o) { o.class_weights = kBadWeights; }},
        {"label_smoothing", [](mn_options& o) { o.label_smoothing = 1.5; }},
        {"label_smoothing", [](mn_options& o) { o.label_smoothing = kNaN; }},
        {"reduction", [](mn_options& o) { o.reduction = MN_REDUCTION_NONE; }},
        {"reduction", [](mn_options& o) { o.reduction = static_cast<mn_reduction>(9); }},
    };
    for (const Case& c : cases) {
        mn_options bad = options_;
        c.spoil(bad);
        mn_trainer* trainer = nullptr;
        EXPECT_TRUE(refused(mn_trainer_create(&bad, &trainer), MN_INVALID_ARGUMENT, c.field));
        EXPECT_EQ(trainer, nullptr);
    }
}

TEST_F(Api, precisions_that_a_device_has_not_are_unsupported) {
    mn_trainer* trainer = nullptr;
    options_.precision = MN_BF16;
    EXPECT_TRUE(refused(mn_trainer_create(&options_, &trainer), MN_UNSUPPORTED, "precision"));
    options_.device = MN_DEVICE_CPU;
    options_.precision = MN_TF32;
    EXPECT_TRUE(refused(mn_trainer_create(&options_, &trainer), MN_UNSUPPORTED, "precision"));
}

TEST_F(Api, an_instruction_set_that_the_cpu_has_not_is_refused_by_name) {
    mn_trainer* trainer = nullptr;
    options_.device = MN_DEVICE_CPU;
    options_.isa = "avx9000";
    EXPECT_NE(mn_trainer_create(&options_, &trainer), MN_OK);
    EXPECT_NE(std::string(mn_last_error()).find("avx9000"), std::string::npos) << mn_last_error();
    options_.isa = "auto";
    ASSERT_EQ(mn_trainer_create(&options_, &trainer), MN_OK);
    EXPECT_EQ(mn_trainer_destroy(trainer), MN_OK);
}

TEST_F(Api, every_bad_data_set_is_refused_by_name) {
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
        {"scale", [](mn_data& d) { d.type = MN_UINT8, d.scale = kNaN; }},
        {"scale", [](mn_data& d) { d.type = MN_UINT8, d.scale = 1e300; }},
        {"count", [](mn_data& d) { d.count = -1; }},
        {"count", [](mn_data& d) { d.count = INT64_MAX; }},
        {"features", [](mn_data& d) { d.features = 5; }},
        {"features", [](mn_data& d) { d.features = INT64_MIN; }},
    };
    const Trainer trainer = create();
    mn_evaluation evaluation{1, 2, 3, 4};
    for (const Case& c : cases) {
        mn_data bad = data_;
        c.spoil(bad);
        EXPECT_TRUE(refused(mn_trainer_set_data(trainer.get(), &bad), MN_INVALID_ARGUMENT, c.field));
        EXPECT_TRUE(refused(mn_trainer_evaluate(trainer.get(), &bad, 0, 1, &evaluation, nullptr), MN_INVALID_ARGUMENT,
                            c.field));
    }
    EXPECT_EQ(evaluation.counted, 4); // unchanged
}

TEST_F(Api, every_bad_chunk_is_refused_by_name) {
    const Trainer trainer = ready();
    mn_trainer* t = trainer.get();
    const std::vector<float> before = read(t);
    const auto call = [&](const int32_t* order, int64_t first, int64_t samples, int64_t batch, const double* rates) {
        return mn_trainer_train(t, order, first, samples, batch, rates, losses_, correct_, &done_);
    };
    const int32_t beyond[] = {0, 6}, negative[] = {0, -1};
    const double nan_rate[] = {0.1, kNaN, 0.1}, negative_rate[] = {-1, 1, 1};
    const auto invalid = [](mn_status status, const char* word) { return refused(status, MN_INVALID_ARGUMENT, word); };
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
    const Trainer without_data = create();
    EXPECT_TRUE(invalid(train(without_data.get()), "data"));
}

TEST_F(Api, slots_are_checked) {
    const Trainer trainer = ready();
    std::vector<float> values(kParameters + 1);
    mn_trainer* t = trainer.get();
    EXPECT_TRUE(
        refused(mn_trainer_read(t, MN_PARAMETERS, values.data(), kParameters + 1), MN_INVALID_ARGUMENT, "count"));
    EXPECT_TRUE(refused(mn_trainer_write(t, MN_PARAMETERS, values.data(), -1), MN_INVALID_ARGUMENT, "count"));
    EXPECT_TRUE(
        refused(mn_trainer_read(t, static_cast<mn_slot>(4), values.data(), kParameters), MN_INVALID_ARGUMENT, "slot"));
    EXPECT_TRUE(refused(mn_trainer_read(t, MN_MAX_SECOND_MOMENT, values.data(), kParameters), MN_UNSUPPORTED, "slot"));
    EXPECT_TRUE(refused(mn_trainer_set_step(t, -1), MN_INVALID_ARGUMENT, "step"));
    EXPECT_TRUE(refused(mn_trainer_set_step(t, INT64_MAX), MN_INVALID_ARGUMENT, "step"));
}

TEST_F(Api, parameter_count) {
    EXPECT_EQ(mn_parameter_count(sizes_, 2), kParameters);
    const int32_t article[] = {784, 312, 256, 10}, huge[] = {INT32_MAX, INT32_MAX};
    EXPECT_EQ(mn_parameter_count(article, 3), 327618);
    EXPECT_EQ(mn_parameter_count(huge, 1), 0);
    EXPECT_EQ(mn_parameter_count(nullptr, 3), 0);
    EXPECT_EQ(mn_parameter_count(article, 0), 0);
}

TEST_F(Api, initialize_starts_over) {
    const Trainer trainer = ready();
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
    EXPECT_EQ(read(trainer.get(), MN_FIRST_MOMENT), std::vector<float>(kParameters, 0));
    EXPECT_EQ(read(trainer.get(), MN_SECOND_MOMENT), std::vector<float>(kParameters, 0));
}

TEST_F(Api, train_evaluate_and_predict_agree) {
    const Trainer trainer = ready();
    ASSERT_EQ(mn_trainer_train(trainer.get(), nullptr, 0, 6, 6, rates_, losses_, correct_, &done_), MN_OK);
    EXPECT_EQ(done_, 1);
    EXPECT_EQ(mn_trainer_initialize(trainer.get(), 1), MN_OK); // the loss was that before the update
    mn_evaluation evaluation;
    int32_t predictions[6];
    ASSERT_EQ(mn_trainer_evaluate(trainer.get(), &data_, 0, 6, &evaluation, predictions), MN_OK);
    EXPECT_NEAR(evaluation.loss_sum / evaluation.weight_sum, losses_[0], 1e-12);
    EXPECT_EQ(evaluation.correct, correct_[0]);
    EXPECT_EQ(evaluation.counted, 6);

    const std::vector<float> parameters = read(trainer.get());
    mn_model* raw = nullptr;
    ASSERT_EQ(mn_model_create(&options_, parameters.data(), kParameters, &raw), MN_OK);
    const Model model(raw);
    float logits[18];
    ASSERT_EQ(mn_model_logits_f32(raw, values_.floats.data(), 6, logits), MN_OK);
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(std::max_element(logits + 3 * i, logits + 3 * i + 3) - logits - 3 * i, predictions[i]);
}

TEST_F(Api, divergence_has_a_status_and_leaves_the_state) {
    values_.floats[17] = std::numeric_limits<float>::infinity(); // sample 4, the third step
    const Trainer trainer = ready();
    const std::vector<float> before = read(trainer.get());
    EXPECT_TRUE(refused(train(trainer.get()), MN_DIVERGED, "not finite"));
    EXPECT_EQ(done_, 2);
    EXPECT_GT(losses_[1], 0);
    EXPECT_EQ(losses_[2], 0); // does not count
    EXPECT_EQ(read(trainer.get()), before);
    int64_t step = -1;
    EXPECT_EQ(mn_trainer_get_step(trainer.get(), &step), MN_OK);
    EXPECT_EQ(step, 0);
}

TEST_F(Api, the_message_stays_until_the_next_failure_and_is_the_threads_own) {
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
TEST_F(Api, second_thread_gets_busy) {
    const int32_t sizes[] = {784, 256, 10};
    const OwnedData wide = made_up({.count = 256, .features = 784, .classes = 10});
    options_.sizes = sizes;
    data_ = {wide.floats.data(), MN_FLOAT32_PIXELS, 1, wide.labels.data(), wide.count(), 784};
    const Trainer trainer = ready();
    const std::vector<int32_t> order = cyclic_order(256, 256 * 20);
    const std::vector<double> rates(20, 1e-4);
    std::vector<double> losses(20);
    std::vector<int32_t> correct(20);
    std::atomic<bool> returned{false};
    std::thread first([&] {
        mn_status status = MN_BUSY; // the other thread may be inside for a moment
        while (status == MN_BUSY) {
            status = mn_trainer_train(trainer.get(), order.data(), 0, 256 * 20, 256, rates.data(), losses.data(),
                                      correct.data(), &done_);
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

TEST_F(Api, a_model_serves_many_threads) {
    const std::vector<float> parameters = read(ready().get());
    mn_model* raw = nullptr;
    ASSERT_EQ(mn_model_create(&options_, parameters.data(), kParameters, &raw), MN_OK);
    const Model model(raw);
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

TEST_F(Api, model_arguments_are_checked) {
    const std::vector<float> parameters(kParameters);
    mn_model* raw = nullptr;
    EXPECT_TRUE(refused(mn_model_create(&options_, parameters.data(), 42, &raw), MN_INVALID_ARGUMENT, "count"));
    options_.class_weights = kBadWeights; // not read
    ASSERT_EQ(mn_model_create(&options_, parameters.data(), kParameters, &raw), MN_OK);
    const Model model(raw);
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

TEST_F(Api, cross_entropy_alone) {
    const double logits[] = {0.2, 0.1, -0.1};
    const int32_t label = 0, bad_label = 3;
    double loss = 0;
    EXPECT_EQ(mn_cross_entropy(logits, &label, 1, 3, nullptr, -100, 0, MN_REDUCTION_MEAN, nullptr, &loss, nullptr),
              MN_OK);
    EXPECT_NEAR(loss, 0.9729, 5e-5);
    const auto call = [&](const int32_t* labels, int64_t count, int64_t classes, const float* weights, double smoothing,
                          int reduction) {
        return mn_cross_entropy(logits, labels, count, classes, weights, -100, smoothing,
                                static_cast<mn_reduction>(reduction), nullptr, &loss, nullptr);
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

TEST_F(Api, huge_nets_are_refused_and_nothing_dies) {
    constexpr int64_t kNeeds = int64_t{46000} * 46000 * 8 * 7;
    if (available_memory() >= kNeeds)
        GTEST_SKIP() << "SKIPPED: this machine has memory enough for the hostile net";
    const int32_t sizes[] = {46000, 46000};
    options_.sizes = sizes;
    options_.layer_count = 1;
    mn_trainer* trainer = nullptr;
    EXPECT_TRUE(refused(mn_trainer_create(&options_, &trainer), MN_OUT_OF_MEMORY, "MiB"));
    EXPECT_EQ(trainer, nullptr);
}

TEST_F(Api, huge_batches_are_refused_and_nothing_dies) {
    constexpr int64_t kRows = 1 << 21, kWidth = 1 << 18;
    if (available_memory() >= kRows * kWidth * 4)
        GTEST_SKIP() << "SKIPPED: this machine has memory enough for the batch";
    const int32_t sizes[] = {1, kWidth, 1};
    const std::vector<uint8_t> pixels(kRows);
    const std::vector<int32_t> labels(kRows);
    options_.sizes = sizes;
    data_ = {pixels.data(), MN_UINT8, 1, labels.data(), kRows, 1};
    const Trainer trainer = ready();
    EXPECT_TRUE(refused(mn_trainer_train(trainer.get(), nullptr, 0, kRows, kRows, rates_, losses_, correct_, &done_),
                        MN_OUT_OF_MEMORY, "batch_size"));
    EXPECT_EQ(mn_trainer_train(trainer.get(), nullptr, 0, 2, 1, rates_, losses_, correct_, &done_),
              MN_OK); // still there
}

TEST_F(Api, native_bytes_return_to_what_they_were) {
    const int64_t before = mn_native_bytes();
    {
        const Trainer trainer = ready();
        EXPECT_EQ(train(trainer.get()), MN_OK);
        EXPECT_GE(mn_trainer_bytes(trainer.get()), kParameters * 4 * 3);
        EXPECT_EQ(mn_native_bytes(), before + mn_trainer_bytes(trainer.get()));
        const std::vector<float> parameters(kParameters);
        mn_model* raw = nullptr;
        ASSERT_EQ(mn_model_create(&options_, parameters.data(), kParameters, &raw), MN_OK);
        const Model model(raw);
        EXPECT_GE(mn_model_bytes(raw), kParameters * 4);
        EXPECT_EQ(mn_native_bytes(), before + mn_trainer_bytes(trainer.get()) + mn_model_bytes(raw));
    }
    EXPECT_EQ(mn_native_bytes(), before);
}

TEST_F(Api, describe_is_cut_to_capacity) {
    const Trainer trainer = create();
    char text[200], cut[5];
    EXPECT_EQ(mn_trainer_describe(trainer.get(), text, sizeof text), MN_OK);
    EXPECT_EQ(mn_trainer_describe(trainer.get(), cut, sizeof cut), MN_OK);
    EXPECT_EQ(std::string(cut), std::string(text).substr(0, 4));
}

TEST_F(Api, machine_is_described) {
    mn_cpu_info cpu;
    ASSERT_EQ(mn_get_cpu_info(&cpu), MN_OK);
    EXPECT_GE(cpu.cores, 1);
    EXPECT_NE(std::string(cpu.isa_levels).find(cpu.isa_best), std::string::npos);
    int32_t gpus = -1;
    char reason[300] = "x";
    ASSERT_EQ(mn_get_gpu_count(&gpus, reason, sizeof reason), MN_OK);
    EXPECT_EQ(gpus == 0, reason[0] != '\0') << "a reason where there is none, and only there";
    mn_gpu_info gpu;
    EXPECT_TRUE(refused(mn_get_gpu_info(gpus, &gpu), MN_INVALID_ARGUMENT, "GPU"));
    EXPECT_TRUE(refused(mn_get_gpu_info(-1, &gpu), MN_INVALID_ARGUMENT, "GPU"));
}

} // namespace mn::test
