// Eight threads that create, train, predict, replace and destroy at random. Every result must have the bits of the same
// work done alone, or be refused with MN_BUSY. Meant for a build with -DMN_SANITIZE=thread, where MN_STRESS_SECONDS
// makes it longer.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "support/c_api.h"

namespace mn::test {

namespace {

constexpr int kThreads = 8;
constexpr int kSeeds = 3;
constexpr int kSamples = 70;
constexpr int kBatch = 16;
constexpr int kSteps = (kSamples + kBatch - 1) / kBatch;
constexpr int32_t kSizes[] = {9, 33, 17, 4};
constexpr int kClasses = 4;

std::chrono::seconds duration() {
    const char* seconds = std::getenv("MN_STRESS_SECONDS");
    return std::chrono::seconds(seconds ? std::atoi(seconds) : 1);
}

class Stress : public testing::Test {
  protected:
    Stress() {
        for (int seed = 0; seed < kSeeds; ++seed) {
            trained_.push_back(train(seed, 1));
            mn_model* model = create_model(trained_.back());
            logits_.push_back(predict(model));
            EXPECT_EQ(mn_model_destroy(model), MN_OK);
        }
        model_ = create_model(trained_[0]);
        EXPECT_EQ(options_of(2).create(&trainer_), MN_OK) << mn_last_error();
        EXPECT_EQ(mn_trainer_initialize(trainer_, 0), MN_OK);
        EXPECT_EQ(mn_trainer_set_data(trainer_, &data_), MN_OK);
    }

    ~Stress() override {
        EXPECT_EQ(mn_model_destroy(model_), MN_OK);
        EXPECT_EQ(mn_trainer_destroy(trainer_), MN_OK);
        EXPECT_EQ(mn_native_bytes(), before_);
    }

    static Options options_of(int threads) {
        Options options(kSizes, 3);
        options.placement.threads = threads;
        return options;
    }

    static mn_status step_through(mn_trainer* trainer) {
        const std::vector<double> rates(kSteps, 1e-2);
        const mn_chunk chunk = chunk_of(kSamples, kBatch, rates.data());
        mn_step_result results[kSteps];
        int64_t done = 0;
        return mn_trainer_train(trainer, &chunk, results, &done);
    }

    std::vector<float> train(int seed, int threads) const {
        const Options options = options_of(threads);
        mn_trainer* trainer = nullptr;
        EXPECT_EQ(options.create(&trainer), MN_OK) << mn_last_error();
        EXPECT_EQ(mn_trainer_initialize(trainer, static_cast<uint64_t>(seed)), MN_OK);
        EXPECT_EQ(mn_trainer_set_data(trainer, &data_), MN_OK);
        EXPECT_EQ(step_through(trainer), MN_OK) << mn_last_error();
        std::vector<float> parameters(static_cast<size_t>(mn_parameter_count(&options.net)));
        EXPECT_EQ(mn_trainer_read(trainer, MN_SLOT_PARAMETERS, parameters.data(), std::ssize(parameters)), MN_OK);
        EXPECT_EQ(mn_trainer_destroy(trainer), MN_OK);
        return parameters;
    }

    static mn_model* create_model(const std::vector<float>& parameters) {
        const Options options = options_of(2);
        mn_model* model = nullptr;
        EXPECT_EQ(mn_model_create(&options.net, &options.placement, parameters.data(), std::ssize(parameters), &model),
                  MN_OK)
            << mn_last_error();
        return model;
    }

    std::vector<float> predict(const mn_model* model) const {
        std::vector<float> logits(kSamples * kClasses);
        EXPECT_EQ(mn_model_logits_f32(model, values_.floats.data(), kSamples, logits.data()), MN_OK);
        return logits;
    }

    void predict_shared() {
        std::shared_lock lock(model_mutex_);
        EXPECT_EQ(predict(model_), logits_[static_cast<size_t>(model_seed_)]);
    }

    void replace_shared(int seed) {
        mn_model* fresh = create_model(trained_[static_cast<size_t>(seed)]);
        std::unique_lock lock(model_mutex_);
        std::swap(fresh, model_);
        model_seed_ = seed;
        EXPECT_EQ(mn_model_destroy(fresh), MN_OK);
    }

    void use_shared_trainer() {
        const mn_status status = step_through(trainer_);
        (status == MN_OK ? shared_steps_ : refused_) += 1;
        EXPECT_TRUE(status == MN_OK || status == MN_BUSY) << mn_last_error();
        EXPECT_GT(mn_trainer_bytes(trainer_), 0);
    }

    void act(std::mt19937& random) {
        const int seed = static_cast<int>(random() % kSeeds);
        switch (random() % 4) {
        case 0:
            EXPECT_EQ(train(seed, 1 + static_cast<int>(random() % 3)), trained_[static_cast<size_t>(seed)]);
            break;
        case 1:
            predict_shared();
            break;
        case 2:
            replace_shared(seed);
            break;
        default:
            use_shared_trainer();
        }
        ++actions_;
    }

    const int64_t before_ = mn_native_bytes();
    OwnedData values_ = made_up({.count = kSamples, .features = kSizes[0], .classes = kClasses});
    mn_data data_ = data_of(values_);
    std::vector<std::vector<float>> trained_, logits_;
    std::shared_mutex model_mutex_;
    mn_model* model_ = nullptr;
    int model_seed_ = 0;
    mn_trainer* trainer_ = nullptr;
    std::atomic<int64_t> actions_{0}, shared_steps_{0}, refused_{0};
};

} // namespace

TEST_F(Stress, every_result_is_right_or_refused) {
    const auto end = std::chrono::steady_clock::now() + duration();
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < kThreads; ++t) {
        threads.emplace_back([this, end, t] {
            std::mt19937 random(t);
            while (std::chrono::steady_clock::now() < end)
                act(random);
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    std::printf("[reliability] %d threads, %lld actions, the shared trainer used %lld times and busy %lld times\n",
                kThreads, static_cast<long long>(actions_), static_cast<long long>(shared_steps_),
                static_cast<long long>(refused_));
    EXPECT_GT(shared_steps_, 0);
}

} // namespace mn::test
