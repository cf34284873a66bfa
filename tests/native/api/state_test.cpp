// What a trainer's state is read and written by.
#include <gtest/gtest.h>

#include <vector>

#include "support/c_api.h"

namespace mn::test {

namespace {

class ApiState : public Api {};

} // namespace

TEST_F(ApiState, slots_are_checked) {
    const TrainerHandle trainer = ready();
    std::vector<float> values(kParameters + 1);
    mn_trainer* t = trainer.get();
    EXPECT_TRUE(
        refused(mn_trainer_read(t, MN_SLOT_PARAMETERS, values.data(), kParameters + 1), MN_INVALID_ARGUMENT, "count"));
    EXPECT_TRUE(refused(mn_trainer_write(t, MN_SLOT_PARAMETERS, values.data(), -1), MN_INVALID_ARGUMENT, "count"));
    EXPECT_TRUE(
        refused(mn_trainer_read(t, static_cast<mn_slot>(4), values.data(), kParameters), MN_INVALID_ARGUMENT, "slot"));
    EXPECT_TRUE(
        refused(mn_trainer_read(t, MN_SLOT_MAX_SECOND_MOMENT, values.data(), kParameters), MN_UNSUPPORTED, "slot"));
    EXPECT_TRUE(refused(mn_trainer_set_step(t, -1), MN_INVALID_ARGUMENT, "step"));
    EXPECT_TRUE(refused(mn_trainer_set_step(t, INT64_MAX), MN_INVALID_ARGUMENT, "step"));
}

TEST_F(ApiState, all_slots_cross_in_one_call) {
    options_.optimizer.amsgrad = 1;
    const TrainerHandle trainer = ready();
    ASSERT_EQ(train(trainer.get()), MN_OK);
    int32_t slots = 0;
    ASSERT_EQ(mn_trainer_slot_count(trainer.get(), &slots), MN_OK);
    ASSERT_EQ(slots, 4);
    std::vector<float> state(4 * kParameters);
    int64_t step = 0;
    ASSERT_EQ(mn_trainer_read_state(trainer.get(), state.data(), std::ssize(state), &step), MN_OK) << mn_last_error();
    EXPECT_EQ(step, 3);
    for (int slot = 0; slot < 4; ++slot) {
        const auto begin = state.begin() + slot * kParameters;
        EXPECT_EQ(read(trainer.get(), static_cast<mn_slot>(slot)), std::vector<float>(begin, begin + kParameters));
    }
    const TrainerHandle other = create();
    ASSERT_EQ(mn_trainer_write_state(other.get(), state.data(), std::ssize(state), step), MN_OK) << mn_last_error();
    std::vector<float> back(state.size());
    ASSERT_EQ(mn_trainer_read_state(other.get(), back.data(), std::ssize(back), &step), MN_OK);
    EXPECT_EQ(back, state);
    EXPECT_EQ(step, 3);
}

TEST_F(ApiState, a_state_of_another_length_is_refused) {
    options_.optimizer.kind = MN_OPTIMIZER_SGD;
    const TrainerHandle trainer = ready();
    std::vector<float> state(3 * kParameters);
    int64_t step = 5;
    EXPECT_TRUE(invalid(mn_trainer_read_state(trainer.get(), state.data(), std::ssize(state), &step), "1 slots"));
    EXPECT_TRUE(invalid(mn_trainer_write_state(trainer.get(), state.data(), -1, 0), "count"));
    EXPECT_TRUE(invalid(mn_trainer_write_state(trainer.get(), state.data(), kParameters, -1), "step"));
    EXPECT_TRUE(invalid(mn_trainer_write_state(trainer.get(), nullptr, kParameters, 0), "values"));
    EXPECT_TRUE(invalid(mn_trainer_read_state(trainer.get(), nullptr, kParameters, &step), "values"));
    EXPECT_TRUE(invalid(mn_trainer_read_state(trainer.get(), state.data(), kParameters, nullptr), "step"));
    EXPECT_EQ(step, 5);
}

TEST_F(ApiState, native_bytes_return_to_what_they_were) {
    const int64_t before = mn_native_bytes();
    {
        const TrainerHandle trainer = ready();
        EXPECT_EQ(train(trainer.get()), MN_OK);
        EXPECT_GE(mn_trainer_bytes(trainer.get()), kParameters * 4 * 3);
        EXPECT_EQ(mn_native_bytes(), before + mn_trainer_bytes(trainer.get()));
        const std::vector<float> parameters(kParameters);
        const ModelHandle made = model(parameters);
        const mn_model* raw = made.get();
        EXPECT_GE(mn_model_bytes(raw), kParameters * 4);
        EXPECT_EQ(mn_native_bytes(), before + mn_trainer_bytes(trainer.get()) + mn_model_bytes(raw));
    }
    EXPECT_EQ(mn_native_bytes(), before);
}

} // namespace mn::test
