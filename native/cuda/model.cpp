// Inference on the device: immutable weights; calls from several threads take turns.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "cuda/floor.h"
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
        : launcher_(place, Tuning{}), work_(std::make_unique<Work>(net, launcher_.device(), parameters)) {
        note_bytes();
    }

    void logits(const Data& samples, float* logits) const override {
        const std::lock_guard turn(mutex_);
        const DeviceGuard guard(launcher_.device());
        Work& w = *work_;
        const int64_t rows = reserve(samples, samples.count);
        int buffer = 0;
        for (int64_t done = 0; done < samples.count; done += rows, buffer ^= 1) {
            const int64_t count = std::min(rows, samples.count - done);
            launcher_.tell(w.stream.get(), take(samples, {nullptr, done, count}, buffer));
            for (int l = 0; l < static_cast<int>(w.net.layout().layers.size()); ++l)
                launcher_.phase(w.stream.get(), Phase::forward, 0, l);
            w.slices.release(buffer, w.stream.get());
            copy_out(count, logits + done * classes());
        }
        check(cudaStreamSynchronize(w.stream.get()), "cudaStreamSynchronize after the logits");
    }

    // On the device, by the formulas that a trainer evaluates with.
    Evaluation evaluate(const Data& samples, int64_t first, int64_t count, const LossOptions& loss,
                        int32_t* predictions) const override {
        const std::lock_guard turn(mutex_);
        const DeviceGuard guard(launcher_.device());
        Evaluation sums;
        if (count == 0)
            return sums;
        Work& w = *work_;
        const int64_t rows = reserve(samples, count);
        w.row_results.reserve(rows, loss.kind);
        const std::vector<float>& weights = takes_targets(loss.kind) ? loss.pos_weight : loss.class_weights;
        w.loss_weights.reserve(static_cast<int64_t>(weights.size()), "the loss's weights");
        if (!weights.empty()) {
            check(cudaMemcpyAsync(w.loss_weights.get(), weights.data(), weights.size() * sizeof(float),
                                  cudaMemcpyHostToDevice, w.stream.get()),
                  "cudaMemcpyAsync of the loss's weights");
        }
        note_bytes();
        int buffer = 0;
        for (int64_t done = 0; done < count; done += rows, buffer ^= 1) {
            const int64_t size = std::min(rows, count - done);
            StepArguments s = take(samples, {nullptr, first + done, size}, buffer);
            s.loss = LossRule::of(loss, classes(), w.loss_weights.get());
            w.row_results.tell(s);
            launcher_.tell(w.stream.get(), s);
            launcher_.score(w.stream.get(), s.net.layer_count, 1);
            w.slices.release(buffer, w.stream.get());
            w.row_results.add_to(sums, loss, samples, first + done, size, predictions ? predictions + done : nullptr,
                                 w.stream.get());
        }
        return sums;
    }

    int64_t bytes() const override { return bytes_; }

    std::string describe() const override { return launcher_.description(); }

  private:
    struct Work {
        Work(const Net& shape, int device, std::span<const float> parameters)
            : guard(std::make_unique<DeviceGuard>(device)), net(shape, kSlot, stream.get()) {
            net.write(Slot::parameters, parameters, stream.get());
            guard.reset();
        }
        std::unique_ptr<DeviceGuard> guard; // the device is current while the members are made
        Stream stream;
        NetMemory net;
        Slices slices;
        RowResults row_results;
        DeviceMemory<float> loss_weights;
    };

    int64_t classes() const { return work_->net.layout().layers.back().fan_out; }

    // With the lock held, once something may have grown.
    void note_bytes() const {
        bytes_ = work_->net.bytes() + work_->slices.bytes() + work_->row_results.bytes() + work_->loss_weights.bytes() +
                 launcher_.bytes();
    }

    // Room for the rows that go through the net at once; how many those are.
    int64_t reserve(const Data& samples, int64_t count) const {
        Work& w = *work_;
        const int64_t small = std::clamp<int64_t>(kBytes / std::max<int64_t>(1, w.net.bytes_of_rows(1)), 1, kRows);
        const int64_t rows = std::min(count, small);
        w.net.reserve_rows(rows, launcher_, w.stream.get());
        w.slices.reserve(rows, samples);
        note_bytes();
        return rows;
    }

    // Sends the samples; what the kernels are told of them.
    StepArguments take(const Data& samples, const Selection& selection, int buffer) const {
        Work& w = *work_;
        StepArguments s;
        s.net = w.net.arguments();
        s.data = w.slices.fill(buffer, samples, selection, w.stream.get());
        s.samples = s.batch_size = selection.count;
        s.wide_tiles_from = launcher_.wide_tiles_from();
        return s;
    }

    void copy_out(int64_t rows, float* logits) const {
        const Work& w = *work_;
        const LayerLayout& last = w.net.layout().layers.back();
        const float* from = w.net.arguments().gradients + last.gradient * w.net.rows_held();
        const size_t width = static_cast<size_t>(last.fan_out) * sizeof(float);
        check(cudaMemcpy2DAsync(logits, width, from, static_cast<size_t>(last.gradient_stride) * sizeof(float), width,
                                static_cast<size_t>(rows), cudaMemcpyDeviceToHost, w.stream.get()),
              "cudaMemcpy2DAsync of the logits");
    }

    mutable std::mutex mutex_;
    mutable Launcher launcher_;
    std::unique_ptr<Work> work_;
    mutable std::atomic<int64_t> bytes_{0};
};

} // namespace

std::unique_ptr<Model> make_model(const Net& net, const Placement& place, std::span<const float> parameters) {
    return std::make_unique<CudaModel>(net, place, parameters);
}

} // namespace mn::cuda
