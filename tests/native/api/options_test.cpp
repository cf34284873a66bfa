// What a trainer is made of, as a hostile or careless caller gives it.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "machine/memory.h"
#include "net/activation.h"
#include "net/loss.h"
#include "net/optimizer.h"
#include "support/c_api.h"

namespace mn::test {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr float kBadWeights[] = {1, -1, 1}, kGoodWeights[] = {1, 2, 1};

class ApiOptions : public Api {};

// A way to spoil the options, and the word that the message must have.
struct Case {
    const char* field;
    std::function<void(Options&)> spoil;
};

} // namespace

TEST_F(ApiOptions, defaults_are_pytorchs) {
    mn_optimizer_options o;
    mn_loss_options l;
    mn_placement p;
    std::memset(&o, 0x5A, sizeof o);
    std::memset(&l, 0x5A, sizeof l);
    std::memset(&p, 0x5A, sizeof p);
    mn_optimizer_options_defaults(&o, sizeof o);
    mn_loss_options_defaults(&l, sizeof l);
    mn_placement_defaults(&p, sizeof p);
    EXPECT_EQ(p.size, sizeof p);
    EXPECT_EQ(p.device, MN_DEVICE_CPU);
    EXPECT_EQ(p.precision, MN_PRECISION_FLOAT32);
    EXPECT_EQ(p.threads, 0);
    EXPECT_EQ(p.isa, nullptr);
    EXPECT_EQ(o.size, sizeof o);
    EXPECT_EQ(o.kind, MN_OPTIMIZER_ADAM);
    EXPECT_EQ(o.beta1, 0.9);
    EXPECT_EQ(o.beta2, 0.999);
    EXPECT_EQ(o.eps, 1e-8);
    EXPECT_EQ(o.weight_decay, 0);
    EXPECT_EQ(l.size, sizeof l);
    EXPECT_EQ(l.ignore_index, -100);
    EXPECT_EQ(l.reduction, MN_REDUCTION_MEAN);
    EXPECT_EQ(l.class_weights, nullptr);
    EXPECT_EQ(l.kind, MN_LOSS_CROSS_ENTROPY);
    EXPECT_EQ(l.parameter, 0);
    EXPECT_EQ(l.pos_weight, nullptr);
    mn_optimizer_options_defaults(nullptr, sizeof o);
    mn_loss_options_defaults(nullptr, sizeof l);
    mn_placement_defaults(nullptr, sizeof p);
}

TEST_F(ApiOptions, null_means_the_defaults) {
    mn_trainer* made = nullptr;
    ASSERT_EQ(mn_trainer_create(&options_.net, nullptr, nullptr, nullptr, &made), MN_OK) << mn_last_error();
    const TrainerHandle trainer(made);
    int32_t slots = 0;
    EXPECT_EQ(mn_trainer_slot_count(made, &slots), MN_OK);
    EXPECT_EQ(slots, 3) << "Adam's";
    char text[100];
    EXPECT_EQ(mn_trainer_describe(made, text, sizeof text), MN_OK);
    EXPECT_EQ(std::string(text).find("cpu"), 0u) << text;
}

TEST_F(ApiOptions, each_bad_one_is_refused_by_name) {
    static const int32_t kZero[] = {4, 0, 3}, kHuge[] = {INT32_MAX, INT32_MAX, INT32_MAX}, kNegative[] = {4, 5, -3};
    static const int32_t kUnknown[] = {static_cast<int32_t>(kLastActivation) + 1}, kBelow[] = {-1};
    static const int32_t kElu[] = {MN_ACTIVATION_ELU};
    static const double kInfinite[] = {std::numeric_limits<double>::infinity()}, kTooLarge[] = {1e39};
    const std::vector<Case> cases = {
        {"sizes", [](Options& o) { o.net.sizes = nullptr; }},
        {"sizes[1]", [](Options& o) { o.net.sizes = kZero; }},
        {"sizes[2]", [](Options& o) { o.net.sizes = kNegative; }},
        {"sizes", [](Options& o) { o.net.sizes = kHuge; }},
        {"layer_count", [](Options& o) { o.net.layer_count = 0; }},
        {"layer_count", [](Options& o) { o.net.layer_count = INT32_MIN; }},
        {"layer_count", [](Options& o) { o.net.layer_count = INT32_MAX; }},
        {"device", [](Options& o) { o.placement.device = static_cast<mn_device>(3); }},
        {"device", [](Options& o) { o.placement.device = static_cast<mn_device>(-1); }},
        {"device_index", [](Options& o) { o.placement.device_index = -1; }},
        {"precision", [](Options& o) { o.placement.precision = static_cast<mn_precision>(77); }},
        {"threads", [](Options& o) { o.placement.threads = -1; }},
        {"threads", [](Options& o) { o.placement.threads = INT32_MAX; }},
        {"kind",
         [](Options& o) { o.optimizer.kind = static_cast<mn_optimizer>(static_cast<int>(kLastOptimizer) + 1); }},
        {"beta1", [](Options& o) { o.optimizer.beta1 = 1; }},
        {"beta1", [](Options& o) { o.optimizer.beta1 = kNaN; }},
        {"beta2", [](Options& o) { o.optimizer.beta2 = -0.1; }},
        {"eps", [](Options& o) { o.optimizer.eps = -1; }},
        {"eps", [](Options& o) { o.optimizer.eps = kInfinity; }},
        {"amsgrad", [](Options& o) { o.optimizer.amsgrad = 2; }},
        {"weight_decay", [](Options& o) { o.optimizer.weight_decay = -1; }},
        {"weight_decay", [](Options& o) { o.optimizer.weight_decay = kNaN; }},
        {"momentum", [](Options& o) { o.optimizer.kind = MN_OPTIMIZER_SGD, o.optimizer.momentum = -0.1; }},
        {"dampening", [](Options& o) { o.optimizer.kind = MN_OPTIMIZER_SGD, o.optimizer.dampening = kNaN; }},
        {"nesterov", [](Options& o) { o.optimizer.kind = MN_OPTIMIZER_SGD, o.optimizer.nesterov = 1; }},
        {"nesterov",
         [](Options& o) {
             o.optimizer.kind = MN_OPTIMIZER_SGD, o.optimizer.nesterov = 1, o.optimizer.momentum = 0.9,
             o.optimizer.dampening = 0.1;
         }},
        {"nesterov",
         [](Options& o) {
             o.optimizer.kind = MN_OPTIMIZER_SGD, o.optimizer.nesterov = -1, o.optimizer.momentum = 0.9;
         }},
        {"class_weights[1]", [](Options& o) { o.loss.class_weights = kBadWeights; }},
        {"label_smoothing", [](Options& o) { o.loss.label_smoothing = 1.5; }},
        {"label_smoothing", [](Options& o) { o.loss.kind = MN_LOSS_MSE, o.loss.label_smoothing = 0.1; }},
        {"class_weights", [](Options& o) { o.loss.kind = MN_LOSS_BCE, o.loss.class_weights = kGoodWeights; }},
        {"pos_weight", [](Options& o) { o.loss.pos_weight = kGoodWeights; }},
        {"pos_weight", [](Options& o) { o.loss.kind = MN_LOSS_HUBER, o.loss.pos_weight = kGoodWeights; }},
        {"pos_weight[1]", [](Options& o) { o.loss.kind = MN_LOSS_BCE, o.loss.pos_weight = kBadWeights; }},
        {"parameter", [](Options& o) { o.loss.kind = MN_LOSS_MSE, o.loss.parameter = 1; }},
        {"parameter", [](Options& o) { o.loss.kind = MN_LOSS_HUBER, o.loss.parameter = -1; }},
        {"parameter", [](Options& o) { o.loss.kind = MN_LOSS_SMOOTH_L1, o.loss.parameter = kInfinity; }},
        {"kind", [](Options& o) { o.loss.kind = static_cast<mn_loss>(static_cast<int>(kLastLoss) + 1); }},
        {"label_smoothing", [](Options& o) { o.loss.label_smoothing = kNaN; }},
        {"reduction", [](Options& o) { o.loss.reduction = MN_REDUCTION_NONE; }},
        {"reduction", [](Options& o) { o.loss.reduction = static_cast<mn_reduction>(9); }},
        {"activations[0]", [](Options& o) { o.net.activations = kUnknown; }},
        {"input_dropout", [](Options& o) { o.net.input_dropout = 1; }},
        {"input_dropout", [](Options& o) { o.net.input_dropout = -0.1; }},
        {"hidden_dropout", [](Options& o) { o.net.hidden_dropout = 1; }},
        {"hidden_dropout", [](Options& o) { o.net.hidden_dropout = kNaN; }},
        {"activations[0]", [](Options& o) { o.net.activations = kBelow; }},
        {"activation_parameters[0]",
         [](Options& o) {
             o.net.activations = kElu;
             o.net.activation_parameters = kInfinite;
         }},
        {"activation_parameters[0]",
         [](Options& o) {
             o.net.activations = kElu;
             o.net.activation_parameters = kTooLarge;
         }},
    };
    for (const Case& c : cases) {
        Options bad = options_;
        c.spoil(bad);
        mn_trainer* trainer = nullptr;
        EXPECT_TRUE(invalid(bad.create(&trainer), c.field));
        EXPECT_EQ(trainer, nullptr);
    }
}

TEST_F(ApiOptions, what_is_reserved_is_unsupported) {
    const std::vector<Case> cases = {
        {"precision", [](Options& o) { o.placement.precision = MN_PRECISION_BF16; }},
        {"precision",
         [](Options& o) { o.placement.device = MN_DEVICE_CPU, o.placement.precision = MN_PRECISION_TF32; }},
        {"int8 is for models alone",
         [](Options& o) { o.placement.device = MN_DEVICE_CPU, o.placement.precision = MN_PRECISION_INT8; }},
    };
    for (const Case& c : cases) {
        Options bad = options_;
        c.spoil(bad);
        mn_trainer* trainer = nullptr;
        EXPECT_TRUE(refused(bad.create(&trainer), MN_UNSUPPORTED, c.field));
        EXPECT_EQ(trainer, nullptr);
    }
}

TEST_F(ApiOptions, an_activation_per_hidden_layer_may_be_named) {
    const int32_t relu[] = {MN_ACTIVATION_RELU};
    options_.net.activations = relu;
    EXPECT_EQ(mn_parameter_count(&options_.net), kParameters);
    EXPECT_EQ(train(ready().get()), MN_OK);
}

TEST_F(ApiOptions, an_instruction_set_that_the_cpu_lacks_is_refused_by_name) {
    mn_trainer* trainer = nullptr;
    options_.placement.device = MN_DEVICE_CPU;
    options_.placement.isa = "avx9000";
    EXPECT_TRUE(refused(options_.create(&trainer), MN_UNSUPPORTED, "avx9000"));
    options_.placement.isa = "auto";
    ASSERT_EQ(options_.create(&trainer), MN_OK);
    EXPECT_EQ(mn_trainer_destroy(trainer), MN_OK);
}

TEST_F(ApiOptions, parameters_are_counted) {
    const auto count = [](const int32_t* sizes, int32_t layers) {
        const Options options(sizes, layers);
        return mn_parameter_count(&options.net);
    };
    const int32_t article[] = {784, 312, 256, 10}, huge[] = {INT32_MAX, INT32_MAX};
    EXPECT_EQ(count(sizes_, 2), kParameters);
    EXPECT_EQ(count(article, 3), 327618);
    EXPECT_EQ(count(huge, 1), 0);
    EXPECT_EQ(count(nullptr, 3), 0);
    EXPECT_EQ(count(article, 0), 0);
    EXPECT_EQ(mn_parameter_count(nullptr), 0);
}

TEST_F(ApiOptions, initial_parameters_need_no_trainer) {
    const TrainerHandle trainer = ready(); // seed 1
    std::vector<float> values(kParameters + 1, 7);
    EXPECT_EQ(mn_initial_parameters(&options_.net, 1, values.data(), kParameters), MN_OK) << mn_last_error();
    EXPECT_EQ(values.back(), 7);
    values.pop_back();
    EXPECT_EQ(values, read(trainer.get()));
    EXPECT_TRUE(invalid(mn_initial_parameters(&options_.net, 1, values.data(), 42), "count"));
    EXPECT_TRUE(invalid(mn_initial_parameters(&options_.net, 1, nullptr, kParameters), "values"));
    EXPECT_TRUE(invalid(mn_initial_parameters(nullptr, 1, values.data(), kParameters), "net"));
}

TEST_F(ApiOptions, huge_nets_are_refused_and_nothing_dies) {
    constexpr int64_t kNeeds = int64_t{46000} * 46000 * 8 * 7;
    if (available_memory() >= kNeeds)
        GTEST_SKIP() << "SKIPPED: this machine has memory enough for the hostile net";
    const int32_t sizes[] = {46000, 46000};
    options_.net.sizes = sizes;
    options_.net.layer_count = 1;
    mn_trainer* trainer = nullptr;
    EXPECT_TRUE(refused(options_.create(&trainer), MN_OUT_OF_MEMORY, "MiB"));
    EXPECT_EQ(trainer, nullptr);
}

} // namespace mn::test
