// The reference floor: the rooms put together. One thread, plain loops, double precision.
#include "reference/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "machine/memory.h"
#include "net/error.h"
#include "reference/backward.h"
#include "reference/batch.h"
#include "reference/evaluate.h"
#include "reference/floor.h"
#include "reference/forward.h"
#include "reference/loss.h"
#include "reference/update.h"

namespace mn::reference {

namespace {

// Puts parameters and optimizer state back when a chunk ends early: by divergence or by an exception.
class Rollback {
  public:
    Rollback(std::vector<double>& parameters, OptimizerState& state)
        : parameters_(parameters), state_(state), saved_parameters_(parameters), saved_state_(state) {}
    Rollback(const Rollback&) = delete;
    Rollback& operator=(const Rollback&) = delete;
    ~Rollback() {
        if (kept_)
            return;
        parameters_.swap(saved_parameters_);
        std::swap(state_, saved_state_);
    }
    void keep_changes() { kept_ = true; }

  private:
    std::vector<double>& parameters_;
    OptimizerState& state_;
    std::vector<double> saved_parameters_;
    OptimizerState saved_state_;
    bool kept_ = false;
};

// State: OptimizerState, const or not.
template <class State>
auto& moment_of(State& state, Slot slot) {
    switch (slot) {
    case Slot::first_moment:
        return state.first_moment;
    case Slot::second_moment:
        return state.second_moment;
    case Slot::max_second_moment:
        return state.max_second_moment;
    case Slot::parameters:
        break;
    }
    throw Error(Status::internal, "the parameters are no moment");
}

class ReferenceTrainer final : public Trainer, public DoubleState {
  public:
    explicit ReferenceTrainer(const TrainerOptions& options)
        : options_(options), parameters_(static_cast<size_t>(options.net.parameter_count())),
          gradient_(parameters_.size()), state_(options.optimizer, options.net.parameter_count()) {}

    void bind(const Data& training) override { training_ = training; }

    ChunkResult train(const Chunk& chunk, std::span<StepResult> results) override {
        Rollback rollback(parameters_, state_);
        for (int64_t step = 0; step < chunk.steps(); ++step) {
            if (!train_step(chunk, step, results[static_cast<size_t>(step)]))
                return {step, true};
        }
        rollback.keep_changes();
        return {chunk.steps(), false};
    }

    Evaluation evaluate(const Data& data, int64_t first, int64_t count, int32_t* predictions) override {
        return reference::evaluate(options_.net, parameters_, options_.loss, data, first, count, predictions,
                                   activations_);
    }

    void read(Slot slot, std::span<float> values) const override {
        std::transform(vector_of(slot).begin(), vector_of(slot).end(), values.begin(),
                       [](double value) { return static_cast<float>(value); });
    }
    void write(Slot slot, std::span<const float> values) override {
        std::copy(values.begin(), values.end(), vector_of(slot).begin());
    }
    void read_exactly(Slot slot, std::span<double> values) const override {
        std::copy(vector_of(slot).begin(), vector_of(slot).end(), values.begin());
    }
    void write_exactly(Slot slot, std::span<const double> values) override {
        std::copy(values.begin(), values.end(), vector_of(slot).begin());
    }

    int64_t step() const override { return state_.step; }
    void set_step(int64_t step) override { state_.step = step; }

    int64_t bytes() const override {
        const size_t flat = parameters_.capacity() + gradient_.capacity() + delta_.capacity();
        return static_cast<int64_t>(flat * sizeof(double)) + state_.bytes() + activations_.bytes();
    }

    std::string describe() const override { return kDescription; }

  private:
    // False if the loss is not finite; nothing is updated then.
    bool train_step(const Chunk& chunk, int64_t step, StepResult& result) {
        const Net& net = options_.net;
        const LossOptions& loss = options_.loss;
        const int64_t rows = chunk.rows(step);
        activations_.resize(net, rows);
        load_batch(training_, chunk, step, activations_.input(), answers_);
        const StepSeed draws{chunk.seed, state_.step};
        forward(net, parameters_, rows, &draws, activations_);
        const double* outputs = activations_.logits().data();
        const Evaluation sums = evaluate_loss(outputs, answers_, net.classes(), loss, nullptr);
        const bool has_mean = loss.has_mean(sums.weight_sum);
        const double divisor = loss.reduction == Reduction::mean ? sums.weight_sum : 1;
        result.objective = has_mean ? sums.objective_sum / divisor : std::numeric_limits<double>::quiet_NaN();
        if (has_mean && !std::isfinite(result.objective))
            return false;
        result.loss = sums.loss();
        result.absolute_error = sums.absolute_error();
        result.correct = static_cast<int32_t>(sums.correct);
        delta_.resize(static_cast<size_t>(rows * net.classes()));
        loss_gradient(outputs, answers_, net.classes(), loss, has_mean ? 1 / divisor : 0, delta_.data());
        backward(net, parameters_, rows, activations_, delta_, gradient_);
        update(options_.optimizer, chunk.learning_rates[step], gradient_, parameters_, state_);
        return true;
    }

    std::vector<double>& vector_of(Slot slot) {
        return slot == Slot::parameters ? parameters_ : moment_of(state_, slot);
    }
    const std::vector<double>& vector_of(Slot slot) const {
        return slot == Slot::parameters ? parameters_ : moment_of(state_, slot);
    }

    TrainerOptions options_;
    Data training_;
    std::vector<double> parameters_, gradient_, delta_;
    Answers answers_;
    OptimizerState state_;
    Activations activations_;
};

} // namespace

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) {
    // The kept slots, a chunk's copy of them and a gradient.
    const double vectors = 2 * static_cast<double>(slots_of(options.optimizer).size()) + 1;
    require_memory(vectors * static_cast<double>(options.net.parameter_count()) * sizeof(double),
                   "the net of these sizes");
    return std::make_unique<ReferenceTrainer>(options);
}

} // namespace mn::reference
