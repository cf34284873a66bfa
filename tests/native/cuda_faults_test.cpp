// What the caller hears when the GPU fails. The stand-in device makes the faults: cuda-standin.sh runs each of these
// tests with the environment that it needs; elsewhere they are skipped.
#include <gtest/gtest.h>

#include <cuda.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>

#include <cstdlib>
#include <memory>
#include <thread>

#include "cuda/floor.h"
#include "cuda/host/context.h"
#include "cuda/host/device.h"
#include "cuda/host/owners.h"
#include "cuda/host/tuning.h"
#include "mnist_native_cuda.h"
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

// Run with the first chunk kernel ending in an error of the hardware.
TEST_F(CudaFaults, a_fault_of_the_hardware_ends_work_on_this_gpu) {
    MN_NEEDS_FAULT("CUDA_SHIM_KERNEL");
    const Door gpu(MN_DEVICE_CUDA);
    EXPECT_EQ(gpu.work(), MN_DEVICE_ERROR);
    const std::string message = mn_last_error();
    EXPECT_TRUE(contains(message, "the chunk kernel (told by cudaStreamSynchronize")) << message;
    EXPECT_TRUE(contains(message, "restart the process")) << message;
    EXPECT_TRUE(contains(message, "Xid")) << message;
    const auto [status, again] = failure([] { cuda::make_trainer(small_net(), {}); });
    EXPECT_EQ(status, Status::device_error);
    EXPECT_TRUE(contains(again, "restart the process")) << again;
    const Door cpu(MN_DEVICE_CPU);
    EXPECT_EQ(cpu.work(), MN_OK) << mn_last_error();
}

// Run with that error from whoever counts the GPUs, or from whoever makes a context: NVLink switches without their
// service.
TEST_F(CudaFaults, a_system_that_is_not_ready_asks_for_its_service) {
    if (!fault_is_made("CUDA_SHIM_COUNT") && !fault_is_made("CUDA_SHIM_BROKEN"))
        GTEST_SKIP() << "SKIPPED: no injected fault: neither CUDA_SHIM_COUNT nor CUDA_SHIM_BROKEN is set";
    std::string reason;
    const int count = cuda::device_count(&reason);
    const auto [status, message] = failure([] { cuda::make_trainer(small_net(), {}); });
    EXPECT_EQ(status, Status::unsupported);
    EXPECT_TRUE(contains(message, "start the service nvidia-fabricmanager")) << message;
    if (fault_is_made("CUDA_SHIM_COUNT")) {
        EXPECT_EQ(count, 0);
        EXPECT_EQ(message, reason);
    } else {
        EXPECT_EQ(count, 1) << reason;
    }
}

// Run with every cooperative launch refused, or with no block of the kernel fitting.
TEST_F(CudaFaults, a_launch_that_does_not_fit_is_made_of_graphs) {
    if (!fault_is_made("CUDA_SHIM_COOPERATIVE") && !fault_is_made("CUDA_SHIM_OCCUPANCY"))
        GTEST_SKIP() << "SKIPPED: no injected fault: neither CUDA_SHIM_COOPERATIVE nor CUDA_SHIM_OCCUPANCY is set";
    const OwnedData data = made_up({.count = 20, .features = 12, .classes = 5});
    cuda::Tuning graph;
    graph.schedule = cuda::Schedule::graph;
    const auto parameters_after = [&](const cuda::Tuning& tuning, std::string& text) {
        const auto trainer = cuda::make_trainer(small_net(), tuning);
        write(*trainer, Slot::parameters, initial(small_net().net, 1));
        trainer->bind(data.samples());
        for (int i = 0; i < 2; ++i)
            train(*trainer, one_step(10));
        text = trainer->describe();
        return read(*trainer, Slot::parameters, small_net().net);
    };
    std::string chosen, fallen_back;
    const std::vector<double> expected = parameters_after(graph, chosen);
    EXPECT_EQ(parameters_after({}, fallen_back), expected);
    EXPECT_TRUE(contains(chosen, "graphs of phases")) << chosen;
    EXPECT_FALSE(contains(chosen, "refused")) << chosen;
    EXPECT_TRUE(contains(fallen_back, "graphs of phases, since one launch a chunk is refused: ")) << fallen_back;
}

// The stand-in knows which streams there are; a driver need not.
TEST_F(CudaFaults, a_stream_that_is_gone_is_refused_and_the_trainer_lives) {
    MN_NEEDS_FAULT("CUDA_STANDIN_REPORT");
    const Door gpu(MN_DEVICE_CUDA);
    auto kept = std::make_unique<cuda::Stream>();
    cudaStream_t handle = kept->get();
    EXPECT_EQ(mn_trainer_set_stream(gpu.trainer, handle), MN_OK) << mn_last_error();
    EXPECT_EQ(gpu.work(), MN_OK) << mn_last_error();
    kept.reset();
    EXPECT_EQ(gpu.work(), MN_INVALID_ARGUMENT);
    EXPECT_TRUE(contains(mn_last_error(), "give the trainer another, or NULL")) << mn_last_error();
    EXPECT_EQ(mn_trainer_set_stream(gpu.trainer, handle), MN_INVALID_ARGUMENT);
    EXPECT_EQ(mn_trainer_set_stream(gpu.trainer, nullptr), MN_OK) << mn_last_error();
    EXPECT_EQ(gpu.work(), MN_OK) << mn_last_error();

    const cuda::Stream capturing;
    ASSERT_EQ(cudaStreamBeginCapture(capturing.get(), cudaStreamCaptureModeThreadLocal), cudaSuccess);
    EXPECT_EQ(mn_trainer_set_stream(gpu.trainer, capturing.get()), MN_INVALID_ARGUMENT);
    EXPECT_TRUE(contains(mn_last_error(), "capturing")) << mn_last_error();
    cudaGraph_t graph = nullptr;
    ASSERT_EQ(cudaStreamEndCapture(capturing.get(), &graph), cudaSuccess);
    cudaGraphDestroy(graph);
    EXPECT_EQ(gpu.work(), MN_OK) << mn_last_error();
}

// Run with two GPUs, on the first of which a context is a finding.
TEST_F(CudaFaults, other_gpus_and_the_callers_context_are_left_alone) {
    MN_NEEDS_FAULT("CUDA_SHIM_FORBIDDEN");
    const auto current = reinterpret_cast<CUresult (*)(CUcontext*)>(dlsym(RTLD_DEFAULT, "cuCtxGetCurrent"));
    const auto own = reinterpret_cast<CUcontext (*)()>(dlsym(RTLD_DEFAULT, "cuda_shim_own_context"));
    ASSERT_TRUE(current && own);
    const auto now = [&] {
        CUcontext context = nullptr;
        EXPECT_EQ(current(&context), CUDA_SUCCESS);
        return context;
    };
    TrainerOptions options = small_net();
    options.placement.device_index = 1;
    const OwnedData data = made_up({.count = 200, .features = 12, .classes = 5});
    const auto work = [&](CUcontext callers) {
        auto trainer = cuda::make_trainer(options, {});
        EXPECT_EQ(now(), callers);
        EXPECT_TRUE(contains(trainer->describe(), "cuda:1")) << trainer->describe();
        write(*trainer, Slot::parameters, initial(options.net, 1));
        trainer->bind(data.samples());
        train(*trainer, one_step(10));
        trainer->evaluate(data.samples(), 0, 200, nullptr);
        EXPECT_EQ(now(), callers);
        trainer.reset();
        EXPECT_EQ(now(), callers);
        std::vector<float> parameters(static_cast<size_t>(options.net.parameter_count())), logits(200 * 5);
        auto model = cuda::make_model(options.net, options.placement, parameters);
        model->logits(data.samples(), logits.data());
        model.reset();
        EXPECT_EQ(now(), callers);
        EXPECT_GT(cuda::free_memory(1), 0);
        EXPECT_EQ(now(), callers);
    };
    std::thread(work, nullptr).join(); // a thread that never used CUDA
    work(own());
    EXPECT_EQ(cuda::device_info(0).multiprocessors, cuda::device_info(1).multiprocessors);
}

// Run with two GPUs, of which the second is out of order.
TEST_F(CudaFaults, a_gpu_that_is_out_of_order_does_not_hide_the_others) {
    MN_NEEDS_FAULT("CUDA_SHIM_BROKEN");
    mn_gpu_info info{};
    for (int32_t gpu : {0, 1})
        EXPECT_EQ(mn_get_gpu_info(gpu, &info), MN_OK) << mn_last_error();
    int64_t bytes = 0;
    EXPECT_EQ(mn_get_gpu_free_memory(0, &bytes), MN_OK) << mn_last_error();
    EXPECT_GT(bytes, 0);
    EXPECT_EQ(mn_get_gpu_free_memory(1, &bytes), MN_DEVICE_ERROR);
    EXPECT_TRUE(contains(mn_last_error(), "GPU 1")) << mn_last_error();
    EXPECT_EQ(mn_get_gpu_free_memory(2, &bytes), MN_INVALID_ARGUMENT);
    const Door gpu(MN_DEVICE_CUDA);
    EXPECT_EQ(gpu.work(), MN_OK) << mn_last_error();
}

} // namespace mn::test
