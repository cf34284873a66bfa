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
    CpuTrainer(const TrainerOptions& options, const StepRule& step_rule)
        : options_(options), step_rule_(step_rule), rule_(rule_of(options.optimizer)),
          kernels_(kernels_of(options.placement.isa)), loss_(make_loss(options.loss, options.net.classes())),
          state_(options_.net, rule_),
          arithmetic_(
              make_arithmetic(options.placement, {kernels_, options_.net, state_.parameters, Purpose::training})),
          pool_(threads_of(options.placement)) {}

    void bind(const Data& training) override { training_ = training; }

    ChunkResult train(const Chunk& chunk, std::span<StepResult> results) override {
        const int64_t rows = std::min(chunk.batch_size, chunk.samples);
        workspace_.reserve(*arithmetic_, options_.net, step_rule_, rows, pool_.threads());
        work_ = {rows, step_rule_.workers(options_.net, rows, pool_.threads())};
        const int64_t steps = chunk.steps();
        if (steps > 1 && !snapshot_) // a single step notices before it changes anything
            snapshot_.emplace(options_.net, rule_);
        int64_t done = 0;
        const auto walk = [&](const Worker& worker) {
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
        };
        pool_.run(walk, work_.workers);
        if (done < steps) {
            arithmetic_->refresh();
            return {done, true};
        }
        step_ += steps;
        return {steps, false};
    }

    Evaluation evaluate(const Data& samples, int64_t first, int64_t count, int32_t* predictions) override {
        workspace_.reserve(*arithmetic_, std::min(count, kEvaluationRows), options_.net.classes(), pool_.threads());
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

    std::string describe() const override {
        const std::string text = cpu::describe(kernels_, pool_.threads(), options_.placement);
        if (work_.rows == 0 || work_.workers == pool_.threads())
            return text;
        return text + ", " + std::to_string(work_.workers) + " of the threads on batches of " +
               std::to_string(work_.rows);
    }

  private:
    // Called by all workers, as the functions below. False if the loss is not finite; then nothing was updated.
    bool train_step(const Chunk& chunk, int64_t step, StepResult& result, const Worker& worker) {
        const StepSeed draws{chunk.seed, step_ + step};
        Selection in_order = batch_of(chunk, step);
        if (options_.net.drops())
            in_order.draws = &draws;
        const Selection batch = workspace_.by_label(in_order, worker);
        workspace_.take_answers(batch, worker);
        const StepConstants constants =
            step_constants(options_.optimizer, chunk.learning_rates[step], step_ + step + 1);
        const Tiles parts = parts_of(batch.rows);
        double divisor = 0;
        Evaluation sums;
        for (int64_t p = 0; p < parts.tiles; ++p) {
            const Selection part = batch.part(parts[p]);
            workspace_.pass->forward(part, worker);
            if (p == 0)
                divisor = loss_->divisor(loss_->weights(batch.rows, workspace_.answers(batch)));
            const Answers answers = workspace_.answers(part, parts[p].begin);
            differentiate_loss(answers, divisor, worker);
            worker.barrier();

            loss_->add(part.rows, answers, workspace_.row_results.data(), sums);
            const bool last = p + 1 == parts.tiles;
            if (last && !take_result(sums, divisor, result, worker))
                return false;
            BatchPart of_batch{p == 0, last, parts.tiles > 1 ? &workspace_.carried : nullptr};
            update_layers(part.rows, {kernels_, rule_, constants, state_, of_batch}, worker);
        }
        return true;
    }

    Tiles parts_of(int64_t rows) const {
        return arithmetic_->carries() ? step_rule_.parts(rows, CarriedGradient::kColumnSums) : Tiles(rows, rows);
    }

    bool take_result(const Evaluation& sums, double divisor, StepResult& result, const Worker& worker) const {
        const double objective = sums.objective_sum / divisor;
        if (!std::isfinite(objective) && !std::isnan(divisor))
            return false;
        if (worker.leads())
            result = {sums.loss(), objective, sums.absolute_error(), static_cast<int32_t>(sums.correct)};
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

    // From the last layer to the first: a layer's delta is handed down before its weight changes. Of a part that is not
    // the last, the gradients are carried on.
    void update_layers(int64_t rows, const Updater& updater, const Worker& worker) {
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
    StepRule step_rule_;
    UpdateRule rule_;
    const Kernels& kernels_;
    std::unique_ptr<Loss> loss_;
    TrainingState state_;
    std::optional<TrainingState> snapshot_; // of the chunk's start
    std::unique_ptr<Arithmetic> arithmetic_;
    Pool pool_;
    struct {
        int64_t rows = 0;
        int workers = 0;
    } work_; // of the last chunk's steps
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

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options, const StepRule& step_rule) {
    require_memory(training_bytes(options), "the net of these sizes");
    return std::make_unique<CpuTrainer>(options, step_rule);
}

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) {
    return make_trainer(options, StepRule());
}

} // namespace mn::cpu
