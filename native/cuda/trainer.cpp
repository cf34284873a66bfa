// The CUDA floor: the net, its optimizer state and the training set live on the device; a chunk of steps is one launch.
#include "cuda/floor.h"

#include <algorithm>
#include <string>
#include <vector>

#include "cuda/host/context.h"
#include "cuda/host/data_set.h"
#include "cuda/host/device.h"
#include "cuda/host/evaluated_set.h"
#include "cuda/host/launcher.h"
#include "cuda/host/net_memory.h"
#include "cuda/host/row_results.h"
#include "cuda/host/samples.h"
#include "cuda/host/tuning.h"
#include "cuda/stream_user.h"
#include "net/error.h"

namespace mn::cuda {

namespace {

// A launch ends within a fraction of a second, so that a display's watchdog has no reason to step in.
constexpr double kFlopsOfALaunch = 2e12;
// Rows of an evaluation that go through the net at once, as far as their memory is small; and between two downloads.
constexpr int64_t kEvaluationRows = 4096, kEvaluationBytes = 64 << 20, kEvaluationBlock = 1 << 16;

class CudaTrainer final : public Trainer, public StreamUser {
  public:
    CudaTrainer(const TrainerOptions& options, const Tuning& tuning)
        : guard_(usable_device(options.placement)), options_(options), tuning_(tuning),
          launcher_(options.placement, tuning), net_(options.net, slots_of(options.optimizer), stream()) {
        const LossOptions& loss = options.loss;
        const std::vector<float>& weights = takes_targets(loss.kind) ? loss.pos_weight : loss.class_weights;
        if (!weights.empty()) {
            loss_weights_.reserve(static_cast<int64_t>(weights.size()), "the loss's weights");
            check(cudaMemcpyAsync(loss_weights_.get(), weights.data(), weights.size() * sizeof(float),
                                  cudaMemcpyHostToDevice, stream()),
                  "cudaMemcpyAsync of the loss's weights");
            synchronize("cudaStreamSynchronize after the upload of the loss's weights");
        }
        snapshot_.reserve(net_.vectors_bytes() / static_cast<int64_t>(sizeof(float)), "the state at a chunk's start");
        guard_.made();
    }

    ~CudaTrainer() override { guard_.destroying(); }

    void set_stream(CUstream_st* stream) override {
        const DeviceGuard guard(guard_.device());
        if (stream)
            require_usable(stream);
        const cudaError_t error = cudaStreamSynchronize(this->stream());
        if (callers_stream_ && error == cudaErrorInvalidResourceHandle) {
            cudaGetLastError(); // the one so far was destroyed; every call waited for what it queued there
        } else {
            check(error, "cudaStreamSynchronize before the stream is changed");
        }
        callers_stream_ = stream;
    }

    void bind(const Data& training) override {
        const Call call(*this);
        evaluated_.forget();
        data_.bind(training, tuning_.resident_limit, slices_);
    }

    ChunkResult train(const Chunk& chunk, std::span<StepResult> results) override {
        const Call call(*this);
        reserve_for(chunk);
        copy_on_device(snapshot_.get(), net_.vectors());
        begin(chunk);
        if (data_.resident()) {
            train_resident(chunk);
        } else {
            train_streamed(chunk);
        }
        return finish(chunk, results);
    }

    Evaluation evaluate(const Data& samples, int64_t first, int64_t count, int32_t* predictions) override {
        const Call call(*this);
        if (count == 0)
            return {};
        const int64_t rows = evaluation_rows(count);
        reserve_rows(rows);
        reserve_row_results(std::min(count, kEvaluationBlock));
        // (either may have made room just now)
        const bool training = data_.resident() && data_.is(samples);
        const bool here = training || evaluated_.holds(samples, first, count, tuning_.resident_limit, slices_);
        const int64_t most = here ? kEvaluationBlock : std::min(kEvaluationBlock, reserve_slices(rows, samples));
        const int64_t block = std::min(count, most);
        Evaluation sums;
        int buffer = 0;
        for (int64_t done = 0; done < count; done += block, buffer ^= 1) {
            const int64_t size = std::min(block, count - done);
            const Selection selection{nullptr, first + done, size};
            const DataArguments data = training ? data_.arguments()
                                       : here   ? evaluated_.arguments()
                                                : slices_.fill(buffer, samples, selection, stream());
            score_block(data, here ? first + done : 0, size, rows);
            if (!here)
                slices_.release(buffer, stream());
            row_results_.add_to(sums, options_.loss, samples, first + done, size,
                                predictions ? predictions + done : nullptr, stream());
        }
        return sums;
    }

    void read(Slot slot, std::span<float> values) const override {
        const Call call(*this);
        net_.read(slot, values, stream());
    }

    void write(Slot slot, std::span<const float> values) override {
        const Call call(*this);
        net_.write(slot, values, stream());
    }

    int64_t step() const override { return step_; }
    void set_step(int64_t step) override { step_ = step; }

    int64_t bytes() const override {
        return net_.bytes() + snapshot_.bytes() + loss_weights_.bytes() + data_.bytes() + evaluated_.bytes() +
               slices_.bytes() + launcher_.bytes() + norms_.bytes() + outcomes_.bytes() + host_outcomes_.bytes() +
               kept_.bytes() + row_results_.bytes();
    }

    std::string describe() const override {
        std::string text = launcher_.description();
        text += ", " + launcher_.how();
        if (data_.samples().count == 0)
            return text;
        if (data_.resident())
            return text + ", training set on the device (" + megabytes(data_.bytes()) + ")";
        return text + ", training set streamed from the host: it does not fit on the device";
    }

  private:
    // For the time of a call: the device is current, and the stream that the caller lent is still there.
    class Call {
      public:
        explicit Call(const CudaTrainer& trainer) : guard_(trainer.guard_.device()) {
            if (trainer.callers_stream_)
                trainer.require_usable(trainer.callers_stream_);
        }

      private:
        DeviceGuard guard_;
    };

    // Before any work, and no error of the device: the trainer lives on.
    void require_usable(cudaStream_t stream) const {
        cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
        cudaError_t error = cudaStreamIsCapturing(stream, &capture);
        if (error == cudaSuccess && capture != cudaStreamCaptureStatusNone)
            throw Error(Status::invalid_argument,
                        "the stream is capturing a graph: end that before the trainer is called");
        if (error == cudaSuccess)
            error = cudaEventRecord(stream_check_.get(), stream); // refused by a stream of another context
        if (error == cudaErrorInvalidResourceHandle || error == cudaErrorInvalidValue) {
            cudaGetLastError();
            throw Error(Status::invalid_argument,
                        "the stream was destroyed or is not of cuda:" + std::to_string(guard_.device()) +
                            "'s primary context: give the trainer another, or NULL for its own");
        }
        check(error, "cudaEventRecord on the caller's stream");
    }

    cudaStream_t stream() const { return callers_stream_ ? callers_stream_ : own_stream_.get(); }

    void synchronize(const char* after) const { check(cudaStreamSynchronize(stream()), after); }

    void copy_on_device(float* to, const float* from) {
        check(cudaMemcpyAsync(to, from, static_cast<size_t>(net_.vectors_bytes()), cudaMemcpyDeviceToDevice, stream()),
              "cudaMemcpyAsync of the state at the chunk's start");
    }

    // ---- memory: all of it is taken before the first launch ----

    // What is kept of evaluations makes room for the batch if it must, then the resident training set.
    template <typename Reserve>
    void with_eviction(Reserve&& reserve) {
        try {
            reserve();
        } catch (const Error& e) {
            if (e.status() != Status::out_of_memory || (!data_.resident() && !evaluated_.resident()))
                throw;
            evaluated_.forget();
            make_room(reserve);
        }
    }

    // A second time: now the training set itself.
    template <typename Reserve>
    void make_room(Reserve&& reserve) {
        try {
            reserve();
        } catch (const Error& e) {
            if (e.status() != Status::out_of_memory || !data_.resident())
                throw;
            data_.evict();
            reserve();
        }
    }

    void reserve_rows(int64_t rows) {
        with_eviction([&] { net_.reserve_rows(rows, launcher_, stream()); });
    }

    void reserve_row_results(int64_t rows) {
        with_eviction([&] { row_results_.reserve(rows, options_.loss.kind); });
    }

    void reserve_for(const Chunk& chunk) {
        const int64_t rows = std::min(chunk.batch_size, chunk.samples);
        reserve_rows(rows);
        reserve_row_results(rows);
        with_eviction([&] {
            launcher_.letter().reserve(chunk.steps(), chunk.order && data_.resident() ? chunk.samples : 0);
            norms_.reserve(chunk.steps(), "the steps' weight sums");
            outcomes_.reserve(chunk.steps(), "the steps' losses");
            if (options_.net.input_dropout > 0)
                kept_.reserve(2 * static_cast<int64_t>(net_.rows_held()) * kept_words(), "the input's dropout");
        });
        host_outcomes_.reserve(chunk.steps(), "the steps' losses");
        if (!data_.resident())
            slice_rows_ = reserve_slices(rows, data_.samples());
    }

    // Rows of a slice: many, but fewer where memory is short, and one batch at least.
    int64_t reserve_slices(int64_t batch, const Data& samples) {
        for (int64_t rows = wanted_slice_rows(batch, samples);; rows = std::max(batch, rows / 2 / batch * batch)) {
            try {
                slices_.reserve(rows, samples);
                return rows;
            } catch (const Error& e) {
                slices_.reset();
                if (e.status() != Status::out_of_memory || rows == batch)
                    throw;
            }
        }
    }

    // Of a slice: as many whole batches as a slice's bytes hold, but one at least.
    int64_t wanted_slice_rows(int64_t batch, const Data& samples) const {
        const int64_t batch_bytes = batch * sample_bytes(samples);
        const int64_t all = std::max(batch, round_up(samples.count, batch));
        return std::min(all, batch * std::max<int64_t>(1, tuning_.slice_bytes / batch_bytes));
    }

    int64_t evaluation_rows(int64_t count) const {
        const int64_t small = kEvaluationBytes / std::max<int64_t>(1, net_.bytes_of_rows(1));
        const int64_t wanted = std::clamp<int64_t>(small, 1, kEvaluationRows);
        return std::max<int64_t>(1, std::min(count, std::max<int64_t>(wanted, net_.rows_held())));
    }

    // ---- training ----

    // Of a pass over `samples` positions; position 0 is sample `first` where there is no order.
    StepArguments arguments(const DataArguments& data, int64_t first, int64_t samples, int64_t batch_size) const {
        StepArguments s;
        s.net = net_.arguments();
        s.data = data;
        s.loss = LossRule::of(options_.loss, options_.net.classes(), loss_weights_.get());
        s.rule = rule_of(options_.optimizer);
        s.first = first;
        s.samples = samples;
        s.batch_size = batch_size;
        launcher_.tell(s);
        s.norms = norms_.get();
        s.outcomes = outcomes_.get();
        row_results_.tell(s);
        return s;
    }

    // The same for a step of the chunk, which may drop some of its input and outputs.
    StepArguments training_arguments(const Chunk& chunk, const DataArguments& data, int64_t first) const {
        StepArguments s = arguments(data, first, chunk.samples, chunk.batch_size);
        const StepSeed draws{chunk.seed, step_};
        s.hidden_dropout = DropoutRule::of(options_.net.hidden_dropout, draws);
        s.input_dropout = DropoutRule::of(options_.net.input_dropout, draws);
        if (s.input_dropout.drops) {
            const double scale = 1 / (1 - options_.net.input_dropout);
            s.data.kept = kept_.get();
            s.data.kept_words = kept_words();
            if (data.bytes)
                s.data.scale = PixelScale::of(data_.samples().scale * scale);
            else
                s.data.kept_scale = static_cast<float>(scale);
        }
        return s;
    }

    // For the bits of a row's input.
    int kept_words() const { return static_cast<int>(ceil_div<int64_t>(options_.net.features(), 32)); }

    // The letter's next arguments go with the steps' constants and, of a resident set, with the order.
    void begin(const Chunk& chunk) {
        std::vector<StepConstants> steps(static_cast<size_t>(chunk.steps()));
        for (size_t i = 0; i < steps.size(); ++i)
            steps[i] = step_constants(options_.optimizer, chunk.learning_rates[i], step_ + static_cast<int64_t>(i) + 1);
        const size_t ordered = chunk.order && data_.resident() ? static_cast<size_t>(chunk.samples) : 0;
        launcher_.letter().begin(steps, {chunk.order, ordered});
    }

    int64_t steps_of_a_launch(int64_t batch_size) const {
        const double flops =
            6.0 * static_cast<double>(options_.net.parameter_count()) * static_cast<double>(batch_size);
        return std::max<int64_t>(1, static_cast<int64_t>(kFlopsOfALaunch / flops));
    }

    void run_steps(const Chunk& chunk, int64_t first, int64_t count) {
        const int64_t rows = std::min(chunk.batch_size, chunk.samples);
        launcher_.steps(stream(), net_.layout(), rows, static_cast<int>(first), static_cast<int>(count));
    }

    void train_resident(const Chunk& chunk) {
        launcher_.letter().send(training_arguments(chunk, data_.arguments(), chunk.first), stream());
        const int64_t at_once = steps_of_a_launch(chunk.batch_size);
        for (int64_t step = 0; step < chunk.steps(); step += at_once)
            run_steps(chunk, step, std::min(at_once, chunk.steps() - step));
    }

    // Each slice is gathered in the order of the pass, so that on the device it is in file order.
    void train_streamed(const Chunk& chunk) {
        const int64_t batch = std::min(chunk.batch_size, chunk.samples);
        const int64_t steps_of_a_slice = slice_rows_ / batch;
        const int64_t at_once = std::min(steps_of_a_slice, steps_of_a_launch(batch));
        int buffer = 0;
        for (int64_t step = 0; step < chunk.steps(); step += at_once, buffer ^= 1) {
            const int64_t count = std::min(at_once, chunk.steps() - step), position = step * chunk.batch_size;
            const int64_t size = std::min(count * chunk.batch_size, chunk.samples - position);
            const Selection selection{chunk.order, chunk.order ? position : chunk.first + position, size};
            const DataArguments data = slices_.fill(buffer, data_.samples(), selection, stream());
            launcher_.letter().send(training_arguments(chunk, data, -position), stream());
            run_steps(chunk, step, count);
            slices_.release(buffer, stream());
        }
    }

    ChunkResult finish(const Chunk& chunk, std::span<StepResult> results) {
        const size_t bytes = static_cast<size_t>(chunk.steps()) * sizeof(StepOutcome);
        check(cudaMemcpyAsync(host_outcomes_.get(), outcomes_.get(), bytes, cudaMemcpyDeviceToHost, stream()),
              "cudaMemcpyAsync of the steps' losses");
        synchronize("cudaStreamSynchronize after a chunk of steps");
        for (int64_t i = 0; i < chunk.steps(); ++i) {
            const StepOutcome& outcome = host_outcomes_.get()[i];
            if (outcome.diverged) {
                if (tuning_.restores)
                    copy_on_device(net_.vectors(), snapshot_.get());
                synchronize("cudaStreamSynchronize after the state was restored");
                return {i, true};
            }
            results[static_cast<size_t>(i)] = {outcome.loss, outcome.objective, outcome.absolute_error,
                                               outcome.correct};
        }
        step_ += chunk.steps();
        return {chunk.steps(), false};
    }

    // ---- evaluation ----

    // Losses and predictions of `count` samples from `first` on, `rows` at a time.
    void score_block(const DataArguments& data, int64_t first, int64_t count, int64_t rows) {
        StepArguments s = arguments(data, first, count, rows);
        s.outcomes = nullptr; // nothing here stops at a divergence
        launcher_.letter().send(s, stream());
        launcher_.score(stream(), options_.net.layers(), static_cast<int>(ceil_div(count, rows)));
    }

    MemberGuard guard_; // the first member
    TrainerOptions options_;
    Tuning tuning_;
    Launcher launcher_;
    Stream own_stream_;
    Event stream_check_;
    cudaStream_t callers_stream_ = nullptr;
    NetMemory net_;
    Slices slices_;
    DataSet data_;
    EvaluatedSet evaluated_;
    RowResults row_results_;
    DeviceMemory<float> loss_weights_, snapshot_;
    DeviceMemory<Norm> norms_;
    DeviceMemory<StepOutcome> outcomes_;
    DeviceMemory<uint32_t> kept_;
    PinnedMemory<StepOutcome> host_outcomes_;
    int64_t step_ = 0, slice_rows_ = 0;
};

} // namespace

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options, const Tuning& tuning) {
    return std::make_unique<CudaTrainer>(options, tuning);
}

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) {
    return make_trainer(options, Tuning{});
}

} // namespace mn::cuda
