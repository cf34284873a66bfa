// Inference on the device: immutable weights; calls from several threads take turns.
#include <algorithm>
#include <mutex>

#include "cuda/floor.h"
#include "cuda/host/launcher.h"
#include "cuda/host/net_memory.h"
#include "cuda/host/samples.h"

namespace mn::cuda {

namespace {

// Rows that go through the net at once, as far as their memory is small.
constexpr int64_t kRows = 4096, kBytes = 64 << 20;

constexpr Slot kSlot[] = {Slot::parameters};

class CudaModel final : public Model {
  public:
    CudaModel(const Net& net, const Placement& place, std::span<const float> parameters)
        : launcher_(place, Tuning{}), work_(std::make_unique<Work>(net, launcher_.device(), parameters)) {}

    void logits(const Data& samples, float* logits) const override {
        const std::lock_guard turn(mutex_);
        const DeviceGuard guard(launcher_.device());
        Work& w = *work_;
        const int64_t small = std::clamp<int64_t>(kBytes / std::max<int64_t>(1, w.net.bytes_of_rows(1)), 1, kRows);
        const int64_t rows = std::min(samples.count, small);
        w.net.reserve_rows(rows, launcher_, w.stream.get());
        w.slices.reserve(rows, samples.features, samples.type);
        int slot = 0;
        for (int64_t done = 0; done < samples.count; done += rows, slot ^= 1) {
            const int64_t count = std::min(rows, samples.count - done);
            forward(samples, {nullptr, done, count}, slot);
            copy_out(count, logits + done * w.net.layout().layers.back().fan_out);
        }
        check(cudaStreamSynchronize(w.stream.get()), "cudaStreamSynchronize after the logits");
    }

    int64_t classes() const override { return work_->net.layout().layers.back().fan_out; }

    int64_t bytes() const override {
        const std::lock_guard turn(mutex_);
        return work_->net.bytes() + work_->slices.bytes() + launcher_.bytes();
    }

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
    };

    void forward(const Data& samples, const Picked& picked, int slot) const {
        Work& w = *work_;
        StepArguments s;
        s.net = w.net.arguments();
        s.data = w.slices.fill(slot, samples, picked, w.stream.get());
        s.samples = s.batch_size = picked.count;
        s.wide_tiles_from = launcher_.wide_tiles_from();
        launcher_.tell(w.stream.get(), s);
        for (int l = 0; l < s.net.layer_count; ++l)
            launcher_.phase(w.stream.get(), Phase::forward, 0, l);
        w.slices.release(slot, w.stream.get());
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
};

} // namespace

std::unique_ptr<Model> make_model(const Net& net, const Placement& place, std::span<const float> parameters) {
    return std::make_unique<CudaModel>(net, place, parameters);
}

} // namespace mn::cuda
