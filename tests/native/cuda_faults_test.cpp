// What the caller hears when the GPU fails. The stand-in device makes the faults: cuda-standin.sh runs each of these
// tests with the environment that it needs; elsewhere they are skipped.
#include <gtest/gtest.h>

#include <cstdlib>

#include "cuda/host/device.h"
#include "cuda/host/tuning.h"
#include "net/error.h"
#include "support/c_api.h"
#include "support/runs.h"

namespace mn::test {

namespace {

class CudaFaults : public testing::Test {
  protected:
    // True, and the test is skipped, where the fault is not made.
    static bool fault_is_made(const char* variable) { return std::getenv(variable) != nullptr; }
};

#define MN_NEEDS_FAULT(variable)                                                                                       \
    if (!fault_is_made(variable))                                                                                      \
    GTEST_SKIP() << "SKIPPED: no injected fault: " variable " is not set"

TrainerOptions small_net() {
    TrainerOptions options;
    options.net = {{12, 9, 5}};
    options.placement.device = DeviceKind::cuda;
    return options;
}

Plan one_step(int64_t rows) {
    Plan plan;
    plan.samples = plan.batch_size = rows;
    plan.learning_rate = 1e-3;
    return plan;
}

// Status and message of what body throws.
template <typename Body>
std::pair<Status, std::string> failure(Body&& body) {
    try {
        body();
    } catch (const Error& e) {
        return {e.status(), e.what()};
    }
    return {Status::ok, ""};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// A trainer behind the door, with a bound set.
struct Door {
    OwnedData data = made_up({.count = 20, .features = 12, .classes = 5});
    mn_trainer* trainer = nullptr;

    explicit Door(mn_device device) {
        static const int32_t sizes[] = {12, 9, 5};
        Options options(sizes, 2);
        options.placement.device = device;
        EXPECT_EQ(options.create(&trainer), MN_OK) << mn_last_error();
    }
    ~Door() { EXPECT_EQ(mn_trainer_destroy(trainer), MN_OK) << mn_last_error(); }

    mn_status work() const {
        const mn_data lent = data_of(data);
        const double rates[] = {1e-3, 1e-3};
        const mn_chunk chunk = chunk_of(20, 10, rates);
        mn_step_result results[2];
        int64_t done = 0;
        mn_status status = mn_trainer_initialize(trainer, 1);
        if (status == MN_OK)
            status = mn_trainer_set_data(trainer, &lent);
        if (status == MN_OK)
            status = mn_trainer_train(trainer, &chunk, results, &done);
        return status;
    }
};

} // namespace

TEST_F(CudaFaults, no_device) {
    MN_NEEDS_FAULT("CUDA_STANDIN_NO_DEVICE");
    std::string reason;
    EXPECT_EQ(cuda::device_count(&reason), 0);
    EXPECT_TRUE(contains(reason, "GPU")) << reason;
    const auto [status, message] = failure([] { cuda::make_trainer(small_net(), {}); });
    EXPECT_EQ(status, Status::unsupported);
    EXPECT_EQ(message, reason);
}

// Run with room for the net but for no large batch.
TEST_F(CudaFaults, out_of_memory) {
    MN_NEEDS_FAULT("CUDA_STANDIN_OOM_AFTER");
    const OwnedData data = made_up({.count = 20000, .features = 12, .classes = 5});
    const auto trainer = cuda::make_trainer(small_net(), {});
    write(*trainer, Slot::parameters, initial(small_net().net, 1));
    trainer->bind(data.samples());
    EXPECT_TRUE(contains(trainer->describe(), "streamed")) << trainer->describe();
    const auto [status, message] = failure([&] { train(*trainer, one_step(20000)); });
    EXPECT_EQ(status, Status::out_of_memory);
    EXPECT_TRUE(contains(message, "cudaMalloc") || contains(message, "cudaMemGetInfo")) << message;
    EXPECT_TRUE(contains(message, "smaller batch")) << message;
    const Trained after = train(*trainer, one_step(10)); // the trainer goes on
    EXPECT_TRUE(std::isfinite(after.results.front().loss));
}

TEST_F(CudaFaults, out_of_memory_for_the_net) {
    MN_NEEDS_FAULT("CUDA_STANDIN_OOM_AFTER");
    TrainerOptions options = small_net();
    options.net = {{300, 300, 5}};
    const auto [status, message] = failure([&] { cuda::make_trainer(options, {}); });
    EXPECT_EQ(status, Status::out_of_memory);
    EXPECT_TRUE(contains(message, "optimizer state")) << message;
}

// Run with the second launch failing: the first makes the batch's memory ready, the second trains.
TEST_F(CudaFaults, a_failed_launch_ends_this_trainer_only) {
    MN_NEEDS_FAULT("CUDA_STANDIN_FAIL_LAUNCH");
    const Door gpu(MN_DEVICE_CUDA);
    EXPECT_EQ(gpu.work(), MN_DEVICE_ERROR);
    const std::string message = mn_last_error();
    EXPECT_TRUE(contains(message, "the chunk kernel")) << message;
    EXPECT_TRUE(contains(message, "close this trainer")) << message;
    EXPECT_EQ(gpu.work(), MN_DEVICE_ERROR);
    EXPECT_TRUE(contains(mn_last_error(), "earlier call")) << mn_last_error();
    const Door cpu(MN_DEVICE_CPU);
    EXPECT_EQ(cpu.work(), MN_OK) << mn_last_error();
}

} // namespace mn::test
