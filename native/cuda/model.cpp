// Inference on the device: immutable weights; calls from several threads take turns.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "cuda/floor.h"
#include "cuda/host/context.h"
#include "cuda/host/device.h"
#include "cuda/host/launcher.h"
#include "cuda/host/net_memory.h"
#include "cuda/host/row_results.h"
#include "cuda/host/samples.h"

namespace mn::cuda {

namespace {

// Rows that go through the net at once, as far as their memory is small.
constexpr int64_t kRows = 4096, kBytes = 64 << 20;

constexpr Slot kSlot[] = {Slot::parameters};

class CudaModel final : public Model {
  public:
    CudaModel(const Net& net, const Placement& place, std::span<const float> parameters)
        : guard_(usable_device(place)), launcher_(place, Tuning{}), net_(net, kSlot, stream_.get()) {
        net_.write(Slot::parameters, parameters, stream_.get());
        note_bytes();
        guard_.made();
    }

    ~CudaModel() override { guard_.destroying(); }

    void logits(const Data& samples, float* logits) const override {
        const std::lock_guard turn(mutex_);
        const DeviceGuard guard(guard_.device());
        const int64_t rows = reserve(samples, samples.count);
        for (Answer& answer : answers_)
            answer.logits.reserve(rows * classes(), "the logits of a slice");
        note_bytes();
        // While the device works on a slice, the host takes the answer to the one before and gathers the next.
        int buffer = 0;
        for (int64_t done = 0; done < samples.count; done += rows, buffer ^= 1) {
            const int64_t count = std::min(rows, samples.count - done);
            launcher_.letter().send(take(samples, {nullptr, done, count}, buffer), stream_.get());
            for (int l = 0; l < static_cast<int>(net_.layout().layers.size()); ++l)
                launcher_.phase(stream_.get(), Phase::forward, 0, l);
            slices_.release(buffer, stream_.get());
            download(count, answers_[buffer]);
            if (done > 0)
                deliver(rows, answers_[buffer ^ 1], logits + (done - rows) * classes());
        }
        const int64_t last = (samples.count - 1) / rows * rows;
        if (samples.count > 0)
            deliver(samples.count - last, answers_[buffer ^ 1], logits + last * classes());
    }

    // On the device, by the formulas that a trainer evaluates with.
    Evaluation evaluate(const Data& samples, int64_t first, int64_t count, const LossOptions& loss,
                        int32_t* predictions) const override {
        const std::lock_guard turn(mutex_);
        const DeviceGuard guard(guard_.device());
        Evaluation sums;
        if (count == 0)
            return sums;
        const int64_t rows = reserve(samples, count);
        row_results_.reserve(rows, loss.kind);
        const std::vector<float>& weights = takes_targets(loss.kind) ? loss.pos_weight : loss.class_weights;
        loss_weights_.reserve(static_cast<int64_t>(weights.size()), "the loss's weights");
        if (!weights.empty()) {
            check(cudaMemcpyAsync(loss_weights_.get(), weights.data(), weights.size() * sizeof(float),
                                  cudaMemcpyHostToDevice, stream_.get()),
                  "cudaMemcpyAsync of the loss's weights");
            check(cudaStreamSynchronize(stream_.get()), "cudaStreamSynchronize after the upload of the loss's weights");
        }
        note_bytes();
        int buffer = 0;
        for (int64_t done = 0; done < count; done += rows, buffer ^= 1) {
            const int64_t size = std::min(rows, count - done);
            StepArguments s = take(samples, {nullptr, first + done, size}, buffer);
            s.loss = LossRule::of(loss, classes(), loss_weights_.get());
            row_results_.tell(s);
            launcher_.letter().send(s, stream_.get());
            launcher_.score(stream_.get(), s.net.layer_count, 1);
            slices_.release(buffer, stream_.get());
            row_results_.add_to(sums, loss, samples, first + done, size, predictions ? predictions + done : nullptr,
                                stream_.get());
        }
        return sums;
    }

    int64_t bytes() const override { return bytes_; }

    std::string describe() const override { return launcher_.description(); }

  private:
    struct Answer {
        PinnedMemory<float> logits;
        Event there;
    };

    int64_t classes() const { return net_.layout().layers.back().fan_out; }

    // With the lock held, once something may have grown.
    void note_bytes() const {
        bytes_ = net_.bytes() + slices_.bytes() + row_results_.bytes() + loss_weights_.bytes() +
                 answers_[0].logits.bytes() + answers_[1].logits.bytes() + launcher_.bytes();
    }

    // Room for the rows that go through the net at once; how many those are.
    int64_t reserve(const Data& samples, int64_t count) const {
        const int64_t small = std::clamp<int64_t>(kBytes / std::max<int64_t>(1, net_.bytes_of_rows(1)), 1, kRows);
        const int64_t rows = std::min(count, small);
        net_.reserve_rows(rows, launcher_, stream_.get());
        slices_.reserve(rows, samples);
        note_bytes();
        return rows;
    }

    // Sends the samples; what the kernels are told of them.
    StepArguments take(const Data& samples, const Selection& selection, int buffer) const {
        StepArguments s;
        s.net = net_.arguments();
        s.data = slices_.fill(buffer, samples, selection, stream_.get());
        s.samples = s.batch_size = selection.count;
        launcher_.tell(s);
        return s;
    }

    void download(int64_t rows, const Answer& to) const {
        const LayerLayout& last = net_.layout().layers.back();
        const float* from = net_.arguments().gradients + last.gradient * net_.rows_held();
        const size_t width = static_cast<size_t>(last.fan_out) * sizeof(float);
        check(cudaMemcpy2DAsync(to.logits.get(), width, from, static_cast<size_t>(last.gradient_stride) * sizeof(float),
                                width, static_cast<size_t>(rows), cudaMemcpyDeviceToHost, stream_.get()),
              "cudaMemcpy2DAsync of the logits");
        check(cudaEventRecord(to.there.get(), stream_.get()), "cudaEventRecord");
    }

    void deliver(int64_t rows, const Answer& from, float* logits) const {
        check(cudaEventSynchronize(from.there.get()), "cudaEventSynchronize of the logits");
        std::copy_n(from.logits.get(), rows * classes(), logits);
    }

    MemberGuard guard_; // the first member
    mutable std::mutex mutex_;
    mutable Launcher launcher_;
    Stream stream_;
    mutable NetMemory net_;
    mutable Slices slices_;
    mutable Answer answers_[2];
    mutable RowResults row_results_;
    mutable DeviceMemory<float> loss_weights_;
    mutable std::atomic<int64_t> bytes_{0};
};

} // namespace

std::unique_ptr<Model> make_model(const Net& net, const Placement& place, std::span<const float> parameters) {
    return std::make_unique<CudaModel>(net, place, parameters);
}

} // namespace mn::cuda
