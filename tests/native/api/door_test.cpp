// Versions, sizes of structs, NULL, and what the machine offers.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "support/c_api.h"

namespace mn::test {

namespace {

class ApiDoor : public Api {};

// A struct in memory that is longer than the library knows, as a newer header's.
template <class Struct>
struct Longer {
    Struct known;
    double added = 0;

    explicit Longer(const Struct& from) : known(from) { known.size = sizeof *this; }
};

} // namespace

TEST_F(ApiDoor, version_has_three_numbers) {
    int major = -1, minor = -1, patch = -1;
    EXPECT_EQ(std::sscanf(mn_version(), "%d.%d.%d", &major, &minor, &patch), 3);
}

TEST_F(ApiDoor, the_abi_is_the_headers) {
    EXPECT_EQ(mn_abi_version(), MN_ABI_VERSION);
    EXPECT_EQ(MN_ABI_VERSION, 4);
}

// What a program built against this header relies on; a struct may only grow at its end.
TEST_F(ApiDoor, structs_have_the_sizes_of_their_first_version) {
    EXPECT_EQ(sizeof(mn_net), 48u);
    EXPECT_EQ(sizeof(mn_placement), 32u);
    EXPECT_EQ(sizeof(mn_optimizer_options), 64u);
    EXPECT_EQ(sizeof(mn_loss_options), 56u);
    EXPECT_EQ(sizeof(mn_data), 64u);
    EXPECT_EQ(sizeof(mn_chunk), 56u);
    EXPECT_EQ(sizeof(mn_step_result), 32u);
    EXPECT_EQ(sizeof(mn_evaluation), 56u);
}

TEST_F(ApiDoor, a_struct_without_its_size_is_refused) {
    const TrainerHandle trainer = ready();
    mn_trainer* made = nullptr;
    for (const uint32_t size : {0u, 4u, 31u, 5000u, UINT32_MAX}) {
        Options net = options_, placement = options_, optimizer = options_, loss = options_;
        net.net.size = placement.placement.size = optimizer.optimizer.size = loss.loss.size = size;
        EXPECT_TRUE(invalid(net.create(&made), "size: that of the net"));
        EXPECT_TRUE(invalid(placement.create(&made), "size: that of the placement"));
        EXPECT_TRUE(invalid(optimizer.create(&made), "size: that of the optimizer"));
        EXPECT_TRUE(invalid(loss.create(&made), "size: that of the loss"));
        data_.size = chunk_.size = size;
        EXPECT_TRUE(invalid(mn_trainer_set_data(trainer.get(), &data_), "size: that of the data"));
        EXPECT_TRUE(invalid(train(trainer.get()), "size: that of the chunk"));
    }
    EXPECT_EQ(made, nullptr);
}

TEST_F(ApiDoor, a_newer_headers_struct_is_taken_if_it_asks_for_nothing_new) {
    Longer<mn_net> net(options_.net);
    Longer<mn_placement> placement(options_.placement);
    Longer<mn_optimizer_options> optimizer(options_.optimizer);
    Longer<mn_loss_options> loss(options_.loss);
    mn_trainer* made = nullptr;
    const auto create = [&] {
        return mn_trainer_create(&net.known, &placement.known, &optimizer.known, &loss.known, &made);
    };
    ASSERT_EQ(create(), MN_OK) << mn_last_error();
    const TrainerHandle trainer(std::exchange(made, nullptr));
    for (double* added : {&net.added, &placement.added, &optimizer.added, &loss.added}) {
        *added = 0.5;
        EXPECT_TRUE(refused(create(), MN_UNSUPPORTED, "newer"));
        *added = 0;
    }
    EXPECT_EQ(made, nullptr);
}

// As an older caller's: the defaults stop at its end.
TEST_F(ApiDoor, defaults_fill_the_callers_size) {
    struct {
        mn_optimizer_options options;
        double behind;
    } longer;
    std::memset(static_cast<void*>(&longer), 0x5A, sizeof longer);
    const double untouched = longer.behind;
    mn_optimizer_options_defaults(&longer.options, 24);
    EXPECT_EQ(longer.options.size, 24u);
    EXPECT_EQ(longer.options.beta2, 0.999);
    EXPECT_EQ(longer.options.eps, untouched);
    mn_optimizer_options_defaults(&longer.options, sizeof longer);
    EXPECT_EQ(longer.options.eps, 1e-8);
    EXPECT_EQ(longer.behind, 0) << "what the library does not know";
}

TEST_F(ApiDoor, null_is_refused_everywhere) {
    const TrainerHandle trainer = ready();
    mn_trainer* t = trainer.get();
    float values[kParameters] = {};
    int64_t step = 0;
    char text[8];
    mn_evaluation evaluation;
    mn_trainer* made = nullptr;
    mn_model* model = nullptr;

    EXPECT_TRUE(invalid(mn_get_cpu_info(nullptr), "info"));
    EXPECT_TRUE(invalid(mn_get_gpu_count(nullptr, nullptr, 0), "count"));
    EXPECT_TRUE(invalid(mn_get_gpu_info(0, nullptr), "info"));
    EXPECT_TRUE(invalid(mn_trainer_create(nullptr, nullptr, nullptr, nullptr, &made), "net"));
    EXPECT_TRUE(invalid(options_.create(nullptr), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_initialize(nullptr, 0), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_set_data(nullptr, &data_), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_set_data(t, nullptr), "data"));
    EXPECT_TRUE(invalid(train(nullptr), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_check_data(t, nullptr), "data"));
    EXPECT_TRUE(invalid(mn_trainer_train(t, nullptr, results_, &done_), "chunk"));
    EXPECT_TRUE(invalid(mn_trainer_train(t, &chunk_, nullptr, &done_), "results"));
    EXPECT_TRUE(invalid(mn_trainer_train(t, &chunk_, results_, nullptr), "steps_done"));
    chunk_.learning_rates = nullptr;
    EXPECT_TRUE(invalid(train(t), "learning_rates"));
    EXPECT_TRUE(invalid(mn_trainer_evaluate(nullptr, &data_, 0, 6, &evaluation, nullptr), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_evaluate(t, nullptr, 0, 6, &evaluation, nullptr), "data"));
    EXPECT_TRUE(invalid(mn_trainer_evaluate(t, &data_, 0, 6, nullptr, nullptr), "evaluation"));
    EXPECT_TRUE(invalid(mn_trainer_read(nullptr, MN_SLOT_PARAMETERS, values, kParameters), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_read(t, MN_SLOT_PARAMETERS, nullptr, kParameters), "values"));
    EXPECT_TRUE(invalid(mn_trainer_write(nullptr, MN_SLOT_PARAMETERS, values, kParameters), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_write(t, MN_SLOT_PARAMETERS, nullptr, kParameters), "values"));
    EXPECT_TRUE(invalid(mn_trainer_get_step(nullptr, &step), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_get_step(t, nullptr), "step"));
    EXPECT_TRUE(invalid(mn_trainer_set_step(nullptr, 0), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_describe(nullptr, text, sizeof text), "trainer"));
    EXPECT_TRUE(invalid(mn_trainer_describe(t, nullptr, 8), "text"));
    EXPECT_TRUE(invalid(mn_trainer_describe(t, text, 0), "capacity"));
    const mn_net* net = &options_.net;
    EXPECT_TRUE(invalid(mn_model_create(nullptr, nullptr, values, kParameters, &model), "net"));
    EXPECT_TRUE(invalid(mn_model_create(net, nullptr, nullptr, kParameters, &model), "parameters"));
    EXPECT_TRUE(invalid(mn_model_create(net, nullptr, values, kParameters, nullptr), "model"));
    EXPECT_TRUE(invalid(mn_model_evaluate(nullptr, &data_, 0, 6, nullptr, &evaluation, nullptr), "model"));
    EXPECT_TRUE(invalid(mn_trainer_slot_count(t, nullptr), "slots"));
    EXPECT_TRUE(invalid(mn_model_logits_f32(nullptr, values, 1, values), "model"));
    EXPECT_TRUE(invalid(mn_model_logits_u8(nullptr, nullptr, 1, 1, values), "model"));
    double logits[3] = {};
    int32_t label = 0;
    EXPECT_TRUE(invalid(mn_cross_entropy(nullptr, &label, 1, 3, nullptr, nullptr, nullptr, nullptr), "logits"));
    EXPECT_TRUE(invalid(mn_cross_entropy(logits, nullptr, 1, 3, nullptr, nullptr, nullptr, nullptr), "labels"));

    EXPECT_EQ(mn_trainer_destroy(nullptr), MN_OK);
    EXPECT_EQ(mn_model_destroy(nullptr), MN_OK);
    EXPECT_EQ(mn_trainer_bytes(nullptr), 0);
    EXPECT_EQ(mn_model_bytes(nullptr), 0);
    EXPECT_EQ(made, nullptr);
    EXPECT_EQ(model, nullptr);
    EXPECT_EQ(done_, -1);
}

TEST_F(ApiDoor, machine_is_described) {
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
    EXPECT_GT(mn_available_memory(), 0);
}

} // namespace mn::test
