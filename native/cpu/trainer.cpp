// The CPU floor's trainer: the order of a step, and the threads that walk through it.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "cpu/arithmetic.h"
#include "cpu/evaluation.h"
#include "cpu/floor.h"
#include "cpu/kernels/isa.h"
#include "cpu/loss.h"
#include "cpu/placement.h"
#include "cpu/pool.h"
#include "cpu/update.h"
#include "cpu/workspace.h"
#include "machine/memory.h"

namespace mn::cpu {

namespace {

class CpuTrainer final : public Trainer {
  public:
    explicit CpuTrainer(const TrainerOptions& options)
        : options_(options), rule_(rule_of(options.optimizer)), kernels_(kernels_of(options.placement.isa)),
          loss_(make_loss(options.loss, options.net.classes())), state_(options_.net, rule_),
          arithmetic_(
              make_arithmetic(options.placement, {kernels_, options_.net, state_.parameters, Purpose::training})),
          pool_(threads_of(options.placement)) {}

    void bind(const Data& training) override { training_ = training; }

    ChunkResult train(const Chunk& chunk, std::span<StepResult> results) override {
        reserve(std::min(chunk.batch_size, chunk.samples));
        const int64_t steps = chunk.steps();
        if (steps > 1 && !snapshot_) // a single step notices before it changes anything
            snapshot_.emplace(options_.net, rule_);
        int64_t done = 0;
        pool_.run([&](const Worker& worker) {
            if (steps > 1)
                snapshot_->copy(state_, worker);
            int64_t step = 0;
            while (step < steps && train_step(chunk, step, results[static_cast<size_t>(step)], worker))
                ++step;
            worker.barrier();
            if (step < steps && steps > 1)
                state_.copy(*snapshot_, worker);
            if (worker.leads())
                done = step;
        });
        if (done < steps) {
            arithmetic_->refresh();
            return {done, true};
        }
        step_ += steps;
        return {steps, false};
    }

    Evaluation evaluate(const Data& samples, int64_t first, int64_t count, int32_t* predictions) override {
        reserve(std::min(count, kEvaluationRows));
        return cpu::evaluate(*loss_, samples, first, count, predictions, workspace_, pool_);
    }

    void read(Slot slot, std::span<float> values) const override { state_.of(slot).unpack(values); }

    void write(Slot slot, std::span<const float> values) override {
        state_.of(slot).pack(values);
        if (slot == Slot::parameters)
            arithmetic_->refresh();
    }

    int64_t step() const override { return step_; }
    void set_step(int64_t step) override { step_ = step; }

    int64_t bytes() const override {
        return state_.bytes() + (snapshot_ ? snapshot_->bytes() : 0) + arithmetic_->bytes() + workspace_.bytes();
    }

    std::string describe() const override { return cpu::describe(kernels_, pool_.threads(), options_.placement); }

  private:
    void reserve(int64_t rows) { workspace_.reserve(*arithmetic_, rows, options_.net.classes(), pool_.threads()); }

    // Called by all workers, as the functions below. False if the loss is not finite; then nothing was updated.
    bool train_step(const Chunk& chunk, int64_t step, StepResult& result, const Worker& worker) {
        const StepSeed draws{chunk.seed, step_ + step};
        Selection in_order = batch_of(chunk, step);
        if (options_.net.drops())
            in_order.draws = &draws;
        const Selection batch = workspace_.by_label(in_order, worker);
        const int64_t rows = batch.rows;
        workspace_.forward(batch, worker);
        const Answers answers = workspace_.answers(batch);
        const double divisor = loss_->divisor(loss_->weights(rows, answers));
        differentiate_loss(answers, divisor, worker);
        worker.barrier();

        Evaluation sums;
        loss_->add(rows, answers, workspace_.row_results.data(), sums);
        const double objective = sums.objective_sum / divisor;
        if (!std::isfinite(objective) && !std::isnan(divisor))
            return false;
        if (worker.leads())
            result = {sums.loss(), objective, sums.absolute_error(), static_cast<int32_t>(sums.correct)};
        const double learning_rate = chunk.learning_rates[step];
        update_layers(rows, step_constants(options_.optimizer, learning_rate, step_ + step + 1), worker);
        return true;
    }

    Selection batch_of(const Chunk& chunk, int64_t step) const {
        const int64_t begin = step * chunk.batch_size;
        return {&training_, chunk.order ? chunk.order + begin : nullptr, chunk.first + begin, chunk.rows(step)};
    }

    void differentiate_loss(const Answers& answers, double divisor, const Worker& worker) {
        const int64_t rows = answers.selection.rows;
        const Range pairs = worker.share_of(divide_up(rows, 2)); // a pass may take over rows in pairs
        const Range own{2 * pairs.begin, std::min(2 * pairs.end, rows)};
        Pass& pass = *workspace_.pass;
        loss_->rows(pass.logits(), answers, own, divisor, &pass.gradient(), workspace_.row_results.data(),
                    workspace_.scratch_of(worker));
        pass.take_gradient(own);
    }

    // From the last layer to the first: a layer's delta is handed down before its weight changes.
    void update_layers(int64_t rows, const StepConstants& constants, const Worker& worker) {
        const Updater updater(kernels_, rule_, constants, state_);
        const size_t layers = state_.parameters.layers.size();
        for (size_t l = layers; l-- > 0;) {
            if (l > 0)
                workspace_.pass->backward(l, rows, worker);
            if (l > 0 || layers == 1)
                worker.barrier(); // nobody reads this weight, this step's labels or results any more
            workspace_.pass->update(l, rows, updater, worker);
        }
    }

    TrainerOptions options_;
    UpdateRule rule_;
    const Kernels& kernels_;
    std::unique_ptr<Loss> loss_;
    TrainingState state_;
    std::optional<TrainingState> snapshot_; // of the chunk's start
    std::unique_ptr<Arithmetic> arithmetic_;
    Pool pool_;
    Data training_;
    Workspace workspace_;
    int64_t step_ = 0;
};

} // namespace

double training_bytes(const TrainerOptions& options) {
    const BufferCount count;
    const UpdateRule rule = rule_of(options.optimizer);
    const TrainingState state(options.net, rule), snapshot(options.net, rule);
    make_arithmetic(options.placement,
                    {kernels_of(options.placement.isa), options.net, state.parameters, Purpose::training});
    const double flat = static_cast<double>(options.net.parameter_count()) * sizeof(float); // on the way in and out
    return count.bytes() + flat;
}

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) {
    require_memory(training_bytes(options), "the net of these sizes");
    return std::make_unique<CpuTrainer>(options);
}

} // namespace mn::cpu
