// The net's and the trainer's functions.
#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "api/accounting.h"
#include "api/checks.h"
#include "api/evaluation.h"
#include "api/floors.h"
#include "api/guard.h"
#include "cuda/stream_user.h"
#include "mnist_native.h"
#include "mnist_native_cuda.h"
#include "net/error.h"
#include "net/initialise.h"

using namespace mn::api;

struct mn_trainer {
    mn_trainer(mn::TrainerOptions o, std::unique_ptr<mn::Trainer> b) : options(std::move(o)), trainer(std::move(b)) {}

    mn::TrainerOptions options;
    std::unique_ptr<mn::Trainer> trainer;
    int64_t data_count = 0; // samples of the training set
    Account account;
    bool dead = false; // the GPU failed
    std::atomic_flag inside = ATOMIC_FLAG_INIT;
};

namespace {

// Holds a trainer for one call; a second thread is refused instead of waiting.
class Visit {
  public:
    explicit Visit(mn_trainer* trainer) : trainer_(trainer) {
        require(trainer != nullptr, "trainer is NULL");
        if (trainer->inside.test_and_set(std::memory_order_acquire)) {
            throw mn::Error(mn::Status::busy, "another thread is using this trainer: give each thread its own trainer");
        }
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    ~Visit() { trainer_->inside.clear(std::memory_order_release); }

  private:
    mn_trainer* trainer_;
};

// guarded() for calls on a trainer; a device error marks it dead.
template <typename Body>
mn_status on_trainer(mn_trainer* trainer, Body&& body) noexcept {
    return guarded([&] {
        const Visit visit(trainer);
        if (trainer->dead) {
            throw mn::Error(mn::Status::device_error,
                            "the GPU failed in an earlier call: close this trainer, make a new one");
        }
        try {
            body(*trainer);
        } catch (const mn::Error& e) {
            trainer->dead = e.status() == mn::Status::device_error;
            throw;
        }
    });
}

mn::Data checked_set(const mn_trainer& t, const mn_data* data) {
    const mn::Data samples = checked_data(data, t.options.net, t.options.loss.kind);
    check_samples(samples, 0, samples.count, t.options.net, t.options.loss);
    return samples;
}

void check_step(int64_t step) {
    // a double counts exactly up to there
    require(step >= 0 && step <= int64_t{1} << 53, "step must be between 0 and 2^53");
}

void check_state(const mn_trainer& t, const float* values, int64_t count) {
    require(values != nullptr, "values is NULL");
    const auto slots = static_cast<int64_t>(mn::slots_of(t.options.optimizer).size());
    if (count != slots * t.options.net.parameter_count()) {
        refuse("count is " + std::to_string(count) + ", but " + std::to_string(slots) + " slots of " +
               std::to_string(t.options.net.parameter_count()) + " values are kept");
    }
}

} // namespace

int64_t mn_parameter_count(const mn_net* net) {
    int64_t count = 0;
    guarded([&] { count = checked_net(net).parameter_count(); });
    return count;
}

mn_status mn_initial_parameters(const mn_net* net, uint64_t seed, float* values, int64_t count) {
    return guarded([&] {
        require(values != nullptr, "values is NULL");
        const mn::Net checked = checked_net(net);
        check_parameter_count(checked, count);
        mn::initial_parameters(checked, seed, {values, static_cast<size_t>(count)});
    });
}

mn_status mn_trainer_create(const mn_net* net, const mn_placement* placement, const mn_optimizer_options* optimizer,
                            const mn_loss_options* loss, mn_trainer** trainer) {
    return guarded([&] {
        require(trainer != nullptr, "trainer is NULL");
        mn::TrainerOptions checked = checked_trainer(net, placement, optimizer, loss);
        std::unique_ptr<mn::Trainer> in_training = floor_of(checked.placement.device).make_trainer(checked);
        auto made = std::make_unique<mn_trainer>(std::move(checked), std::move(in_training));
        made->account.set(made->trainer->bytes());
        *trainer = made.release();
    });
}

mn_status mn_trainer_destroy(mn_trainer* trainer) {
    if (!trainer)
        return MN_OK;
    return guarded([&] {
        if (trainer->inside.test_and_set(std::memory_order_acquire)) {
            throw mn::Error(mn::Status::busy,
                            "another thread is using this trainer: close it when that call has returned");
        }
        delete trainer;
    });
}

mn_status mn_trainer_initialize(mn_trainer* trainer, uint64_t seed) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        std::vector<float> values = mn::initial_parameters(t.options.net, seed);
        t.trainer->write(mn::Slot::parameters, values);
        std::fill(values.begin(), values.end(), 0.0f);
        for (mn::Slot slot : mn::slots_of(t.options.optimizer).subspan(1))
            t.trainer->write(slot, values);
        t.trainer->set_step(0);
    });
}

mn_status mn_trainer_set_data(mn_trainer* trainer, const mn_data* data) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        const mn::Data samples = checked_set(t, data);
        t.data_count = 0; // should bind() fail, there is no training set
        t.trainer->bind(samples);
        t.data_count = samples.count;
        t.account.set(t.trainer->bytes());
    });
}

mn_status mn_trainer_check_data(mn_trainer* trainer, const mn_data* data) {
    return on_trainer(trainer, [&](mn_trainer& t) { checked_set(t, data); });
}

mn_status mn_trainer_train(mn_trainer* trainer, const mn_chunk* chunk, mn_step_result* results, int64_t* steps_done) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        const mn::Chunk checked = checked_chunk(chunk, t.data_count);
        require(results != nullptr, "results is NULL");
        require(steps_done != nullptr, "steps_done is NULL");
        std::vector<mn::StepResult> steps(static_cast<size_t>(checked.steps()));
        const mn::ChunkResult done = t.trainer->train(checked, steps);
        t.account.set(t.trainer->bytes());
        for (int64_t i = 0; i < done.steps_done; ++i) {
            const mn::StepResult& step = steps[static_cast<size_t>(i)];
            results[i] = {step.loss, step.objective, step.absolute_error, step.correct, 0};
        }
        *steps_done = done.steps_done;
        if (done.diverged) {
            throw mn::Error(mn::Status::diverged, "the loss of step " + std::to_string(done.steps_done) +
                                                      " of this chunk is not finite: lower the learning rate or scale "
                                                      "the input");
        }
    });
}

mn_status mn_trainer_evaluate(mn_trainer* trainer, const mn_data* data, int64_t first, int64_t count,
                              mn_evaluation* evaluation, int32_t* predictions) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        require(evaluation != nullptr, "evaluation is NULL");
        const mn::Data samples =
            checked_evaluation(data, first, count, t.options.net, t.options.loss, predictions != nullptr);
        const mn::Evaluation sums = t.trainer->evaluate(samples, first, count, predictions);
        t.account.set(t.trainer->bytes());
        *evaluation = as_c(sums);
    });
}

mn_status mn_trainer_read(mn_trainer* trainer, mn_slot slot, float* values, int64_t count) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        const mn::Slot checked = checked_slot(t.options, slot, values, count);
        t.trainer->read(checked, {values, static_cast<size_t>(count)});
    });
}

mn_status mn_trainer_write(mn_trainer* trainer, mn_slot slot, const float* values, int64_t count) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        const mn::Slot checked = checked_slot(t.options, slot, values, count);
        t.trainer->write(checked, {values, static_cast<size_t>(count)});
    });
}

mn_status mn_trainer_slot_count(mn_trainer* trainer, int32_t* slots) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        require(slots != nullptr, "slots is NULL");
        *slots = static_cast<int32_t>(mn::slots_of(t.options.optimizer).size());
    });
}

mn_status mn_trainer_read_state(mn_trainer* trainer, float* values, int64_t count, int64_t* step) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        require(step != nullptr, "step is NULL");
        check_state(t, values, count);
        const auto length = static_cast<size_t>(t.options.net.parameter_count());
        for (mn::Slot slot : mn::slots_of(t.options.optimizer)) {
            t.trainer->read(slot, {values, length});
            values += length;
        }
        *step = t.trainer->step();
    });
}

mn_status mn_trainer_write_state(mn_trainer* trainer, const float* values, int64_t count, int64_t step) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        check_step(step);
        check_state(t, values, count);
        const auto length = static_cast<size_t>(t.options.net.parameter_count());
        for (mn::Slot slot : mn::slots_of(t.options.optimizer)) {
            t.trainer->write(slot, {values, length});
            values += length;
        }
        t.trainer->set_step(step);
    });
}

mn_status mn_trainer_get_step(mn_trainer* trainer, int64_t* step) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        require(step != nullptr, "step is NULL");
        *step = t.trainer->step();
    });
}

mn_status mn_trainer_set_step(mn_trainer* trainer, int64_t step) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        check_step(step);
        t.trainer->set_step(step);
    });
}

mn_status mn_trainer_set_stream(mn_trainer* trainer, struct CUstream_st* stream) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        auto* user = dynamic_cast<mn::cuda::StreamUser*>(t.trainer.get());
        if (!user) {
            throw mn::Error(mn::Status::unsupported,
                            "only a trainer on a GPU takes a CUDA stream: create it with device cuda");
        }
        user->set_stream(stream);
    });
}

mn_status mn_trainer_describe(mn_trainer* trainer, char* text, size_t capacity) {
    return on_trainer(trainer, [&](mn_trainer& t) {
        require(text && capacity > 0, "text is NULL or capacity is 0");
        copy_text(t.trainer->describe(), text, capacity);
    });
}

int64_t mn_trainer_bytes(const mn_trainer* trainer) {
    return trainer ? trainer->account.bytes() : 0;
}
