// The CPU floor: the rooms put together, and the threads that walk through them.
#include "cpu/floor.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "cpu/bf16/batch.h"
#include "cpu/float32/backward.h"
#include "cpu/float32/forward.h"
#include "cpu/float32/update.h"
#include "cpu/kernels/isa.h"
#include "cpu/loss.h"
#include "cpu/placement.h"
#include "cpu/pool.h"
#include "net/error.h"

namespace mn::cpu {

namespace {

// Rows that an evaluation pushes through the net at once, unless training did with more.
constexpr int64_t kEvaluationRows = 256;

// The bf16 step has transposes of its own.
Transposes transposes_of(const Placement& place) {
    return place.precision == Precision::bf16 ? Transposes::absent : Transposes::kept;
}

class CpuTrainer final : public Trainer {
  public:
    explicit CpuTrainer(const TrainerOptions& options)
        : options_(options), kernels_(kernels_of(options.placement.isa)), loss_(options.loss, options.net.classes()),
          state_(options.net, options.optimizer, transposes_of(options.placement)),
          updater_(kernels_, options.optimizer, state_), pool_(threads_of(options.placement)),
          scratch_(pool_.threads() * round_up(2 * options.net.classes(), 8)) {
        if (options.placement.precision == Precision::bf16)
            half_net_.emplace(options.net, Purpose::training);
    }

    void bind(const Data& training) override { training_ = training; }

    ChunkResult train(const Chunk& chunk, std::span<StepResult> results) override {
        reserve(std::min(chunk.batch_size, chunk.samples));
        const int64_t steps = chunk.steps();
        if (steps > 1 && !snapshot_) // a single step notices before it changes anything
            snapshot_.emplace(options_.net, options_.optimizer, transposes_of(options_.placement));
        int64_t done = 0;
        pool_.run([&](const Worker& worker) {
            if (steps > 1)
                copy_state(state_, *snapshot_, worker);
            int64_t step = 0;
            while (step < steps && train_step(chunk, step, results[static_cast<size_t>(step)], worker))
                ++step;
            worker.barrier();
            if (step < steps && steps > 1)
                copy_state(*snapshot_, state_, worker);
            if (worker.leads())
                done = step;
        });
        if (done < steps) {
            refresh_half_net();
            return {done, true};
        }
        step_ += steps;
        return {steps, false};
    }

    Evaluation evaluate(const Data& samples, int64_t first, int64_t count, int32_t* predictions) override {
        reserve(std::min(count, kEvaluationRows));
        Evaluation sums;
        pool_.run([&](const Worker& worker) {
            for (int64_t at = 0; at < count; at += buffers_.capacity) {
                const int64_t rows = std::min(buffers_.capacity, count - at);
                const Selection selection = by_label({&samples, nullptr, first + at, rows, Purpose::inference}, worker);
                evaluate_rows(selection, worker);
                if (worker.leads())
                    add_evaluation(selection, first + at, sums, predictions ? predictions + at : nullptr);
                worker.barrier();
            }
        });
        return sums;
    }

    void read(Slot slot, std::span<float> values) const override { state_.of(slot).unpack(values); }

    void write(Slot slot, std::span<const float> values) override {
        state_.of(slot).pack(values);
        if (slot == Slot::parameters) {
            state_.refresh_transposed(kernels_);
            refresh_half_net();
        }
    }

    int64_t step() const override { return step_; }
    void set_step(int64_t step) override { step_ = step; }

    int64_t bytes() const override {
        int64_t sum = state_.bytes() + (snapshot_ ? snapshot_->bytes() : 0) + buffers_.bytes() + labels_.bytes() +
                      row_results_.bytes() + sample_results_.bytes() + scratch_.bytes() +
                      (half_net_ ? half_net_->bytes() : 0) + (halves_ ? halves_->bytes() : 0);
        for (const Activations& delta : deltas_)
            sum += delta.bytes();
        for (const LabelOrder& order : label_orders_)
            sum += order.bytes();
        return sum;
    }

    std::string describe() const override {
        return cpu::describe(kernels_, pool_.threads(), options_.placement.precision);
    }

  private:
    // Buffers for batches of so many rows; they only grow.
    void reserve(int64_t rows) {
        if (rows <= buffers_.capacity)
            return;
        ForwardBuffers buffers(options_.net, rows, Purpose::training, options_.placement.precision);
        std::vector<Activations> deltas;
        for (int l = 0; l < options_.net.layers(); ++l)
            deltas.emplace_back(buffers.capacity, options_.net.fan_out(l));
        std::optional<Bf16Buffers> halves;
        if (half_net_)
            halves.emplace(options_.net, buffers.capacity, Purpose::training);
        std::vector<LabelOrder> orders;
        for (int i = 0; i < pool_.threads(); ++i)
            orders.emplace_back(buffers.capacity, options_.net.classes());
        Buffer<int32_t> labels(buffers.capacity);
        Buffer<RowResult> row_results(buffers.capacity), sample_results(buffers.capacity);
        // Nothing below throws: there are either all of the new ones or all of the old.
        label_orders_ = std::move(orders);
        labels_ = std::move(labels);
        row_results_ = std::move(row_results);
        sample_results_ = std::move(sample_results);
        buffers_ = std::move(buffers);
        deltas_ = std::move(deltas);
        halves_ = std::move(halves);
    }

    static void copy_state(const TrainingState& from, TrainingState& to, const Worker& worker) {
        from.for_each_buffer(to, [&](const Buffer<float>& source, Buffer<float>& target) {
            const Range part = worker.share_of(source.size());
            std::copy(source.data() + part.begin, source.data() + part.end, target.data() + part.begin);
        });
    }

    double* scratch_of(const Worker& worker) {
        return scratch_.data() + worker.index * (scratch_.size() / worker.count);
    }

    void refresh_half_net() {
        if (half_net_)
            half_net_->refresh(state_.parameters);
    }

    // Called by all workers, as the functions below. False if the loss is not finite; then nothing was updated.
    bool train_step(const Chunk& chunk, int64_t step, StepResult& result, const Worker& worker) {
        const Selection batch = by_label(batch_of(chunk, step), worker);
        const int64_t rows = batch.rows;
        const bool sparse = forward_rows(batch, worker);
        const double divisor = loss_.divisor(sum_weights(rows));
        differentiate_loss(rows, divisor, worker);
        worker.barrier();

        Evaluation sums;
        add_rows(rows, labels_.data(), row_results_.data(), sums);
        const double loss = sums.objective_sum / divisor; // 0 / 0 if every label is ignored
        if (!std::isfinite(loss) && sums.counted > 0)
            return false;
        if (worker.leads())
            result = {loss, static_cast<int32_t>(sums.correct)};
        const double learning_rate = chunk.learning_rates[step];
        update_layers(rows, sparse, step_constants(options_.optimizer, learning_rate, step_ + step + 1), worker);
        return true;
    }

    Selection batch_of(const Chunk& chunk, int64_t step) const {
        const int64_t begin = step * chunk.batch_size;
        return {&training_, chunk.order ? chunk.order + begin : nullptr, chunk.first + begin, chunk.rows(step)};
    }

    // Each worker makes the order for itself, which takes less time than to wait for it.
    Selection by_label(const Selection& batch, const Worker& worker) {
        return label_orders_[static_cast<size_t>(worker.index)].of(batch);
    }

    bool forward_rows(const Selection& selection, const Worker& worker) {
        const Range own = worker.share_of(selection.rows);
        for (int64_t row = own.begin; row < own.end; ++row)
            labels_[row] = selection.samples->labels[selection.sample(row)];
        if (half_net_)
            return bf16_forward(kernels_, state_.parameters, *half_net_, selection, buffers_, *halves_, worker);
        return forward(kernels_, state_.parameters, selection, buffers_, worker);
    }

    void differentiate_loss(int64_t rows, double divisor, const Worker& worker) {
        const Range pairs = worker.share_of(divide_up(rows, 2)); // bf16 takes rows in pairs
        const Range own{2 * pairs.begin, std::min(2 * pairs.end, rows)};
        Activations& delta = deltas_.back();
        loss_.rows(buffers_.logits(), labels_.data(), own, divisor, &delta, row_results_.data(), scratch_of(worker));
        for (int64_t panel = 0; half_net_ && panel < delta.panels(); ++panel)
            halves_->deltas.back().take(delta, panel, own);
    }

    // From the last layer to the first: a layer's delta is handed down before its weight changes.
    void update_layers(int64_t rows, bool sparse, const StepConstants& constants, const Worker& worker) {
        for (size_t l = deltas_.size(); l-- > 0;) {
            if (l > 0)
                hand_down(l, rows, worker);
            if (l > 0 || deltas_.size() == 1)
                worker.barrier(); // nobody reads this weight, this step's labels or results any more
            if (half_net_) {
                const float scale = l == 0 ? Bf16Batch::scale_of(training_) : 1.0f;
                bf16_update(updater_, state_, *half_net_, l, constants, *halves_, deltas_[l], rows, sparse, scale,
                            worker);
            } else if (l == 0 && sparse) {
                updater_.sparse(constants, buffers_.batch, deltas_[0], rows, worker);
            } else {
                const Activations& input = l == 0 ? buffers_.batch.dense() : buffers_.outputs[l - 1];
                updater_.dense(l, constants, input, deltas_[l], rows, worker);
            }
        }
    }

    void hand_down(size_t l, int64_t rows, const Worker& worker) {
        const Activations& input = buffers_.outputs[l - 1];
        if (half_net_)
            bf16_backward(*half_net_, l, input, rows, *halves_, deltas_[l - 1], worker);
        else
            backward(kernels_, state_.transposed[l - 1], deltas_[l], input, rows, deltas_[l - 1], worker);
    }

    void evaluate_rows(const Selection& selection, const Worker& worker) {
        forward_rows(selection, worker);
        loss_.rows(buffers_.logits(), labels_.data(), worker.share_of(selection.rows), 1, nullptr, row_results_.data(),
                   scratch_of(worker));
        worker.barrier();
    }

    // In the order of the samples again, of which `first` is the first: the sums must not depend on how many go through
    // the net at once.
    void add_evaluation(const Selection& selection, int64_t first, Evaluation& to, int32_t* predictions) {
        for (int64_t row = 0; row < selection.rows; ++row)
            sample_results_[selection.sample(row) - first] = row_results_[row];
        add_rows(selection.rows, selection.samples->labels + first, sample_results_.data(), to);
        for (int64_t i = 0; predictions && i < selection.rows; ++i)
            predictions[i] = sample_results_[i].predicted;
    }

    double sum_weights(int64_t rows) const {
        double sum = 0;
        for (int64_t row = 0; row < rows; ++row)
            sum += loss_.weight_of(labels_[row]);
        return sum;
    }

    // Always from the first row to the last, and onto the sums so far: the same bits for any number of threads, and any
    // block size.
    void add_rows(int64_t rows, const int32_t* labels, const RowResult* results, Evaluation& sums) const {
        for (int64_t row = 0; row < rows; ++row) {
            if (loss_.ignores(labels[row]))
                continue;
            sums.loss_sum += results[row].loss;
            sums.objective_sum += results[row].objective;
            sums.weight_sum += loss_.weight_of(labels[row]);
            sums.correct += results[row].predicted == labels[row];
            ++sums.counted;
        }
    }

    TrainerOptions options_;
    const Kernels& kernels_;
    Loss loss_;
    TrainingState state_;
    std::optional<TrainingState> snapshot_; // of the chunk's start
    Updater updater_;
    Pool pool_;
    Buffer<double> scratch_; // [threads][2 * classes]
    Data training_;
    ForwardBuffers buffers_;
    std::optional<Bf16Net> half_net_; // with bf16, as halves_
    std::optional<Bf16Buffers> halves_;
    std::vector<Activations> deltas_;      // of each layer: the loss's gradient by its output, before the ReLU
    Buffer<int32_t> labels_;               // [rows]
    Buffer<RowResult> row_results_;        // [rows]
    Buffer<RowResult> sample_results_;     // [rows]: an evaluation's, in the order of the samples
    std::vector<LabelOrder> label_orders_; // [threads]
    int64_t step_ = 0;
};

} // namespace

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) {
    return std::make_unique<CpuTrainer>(options);
}

} // namespace mn::cpu
