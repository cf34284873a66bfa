// The C ABI's structs filled in, for tests that come through the door.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "mnist_native.h"
#include "support/data.h"

namespace mn::test {

// All that a trainer is made of, with PyTorch's defaults.
struct Options {
    mn_net net{};
    mn_placement placement;
    mn_optimizer_options optimizer;
    mn_loss_options loss;

    // sizes: [layers + 1], the caller's
    Options(const int32_t* sizes, int32_t layers);
    mn_status create(mn_trainer** trainer) const;
};

mn_data data_of(const OwnedData& data);

// The set lies in file order, the steps take `batch_size` samples each.
mn_chunk chunk_of(int64_t samples, int64_t batch_size, const double* learning_rates);

struct TrainerDeleter {
    void operator()(mn_trainer* trainer) const { EXPECT_EQ(mn_trainer_destroy(trainer), MN_OK); }
};
struct ModelDeleter {
    void operator()(mn_model* model) const { EXPECT_EQ(mn_model_destroy(model), MN_OK); }
};
using TrainerHandle = std::unique_ptr<mn_trainer, TrainerDeleter>;
using ModelHandle = std::unique_ptr<mn_model, ModelDeleter>;

// The status is the expected one and the message has the word.
testing::AssertionResult refused(mn_status got, mn_status expected, const std::string& word);
inline testing::AssertionResult invalid(mn_status got, const std::string& word) {
    return refused(got, MN_INVALID_ARGUMENT, word);
}

// A net of 4-5-3 on the reference, six samples, and everything that a call needs.
class Api : public testing::Test {
  protected:
    Api();

    TrainerHandle create() const;
    // With initial parameters and the data.
    TrainerHandle ready() const;
    ModelHandle model(const std::vector<float>& parameters) const;
    // Three steps of two samples.
    mn_status train(mn_trainer* trainer);
    static std::vector<float> read(mn_trainer* trainer, mn_slot slot = MN_SLOT_PARAMETERS);

    static constexpr int64_t kParameters = 43;
    int32_t sizes_[3] = {4, 5, 3};
    Options options_{sizes_, 2};
    OwnedData values_ = made_up({.count = 6, .features = 4, .classes = 3});
    mn_data data_{};
    double rates_[6] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    mn_chunk chunk_ = chunk_of(6, 2, rates_);
    mn_step_result results_[6] = {};
    int64_t done_ = -1;
};

} // namespace mn::test
