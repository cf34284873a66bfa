// Inference on immutable weights, by any number of threads at once. A sample's logits are the same bits whoever
// computes them, and beside whatever other samples.
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "cpu/arithmetic.h"
#include "cpu/evaluation.h"
#include "cpu/floor.h"
#include "cpu/kernels/isa.h"
#include "cpu/loss.h"
#include "cpu/placement.h"
#include "cpu/pool.h"
#include "cpu/workspace.h"
#include "machine/memory.h"

namespace mn::cpu {

namespace {

// Rows that go through the net at once: their activations stay in a core's second-level cache.
constexpr int64_t kBlockRows = 256;
// Below so many rows for each thread, waking the others takes longer than they save.
constexpr int64_t kRowsPerThread = 32;

// What one thread's way through the net needs.
struct Buffers {
    std::unique_ptr<Pass> pass;
    OutlineOrder order;

    Buffers(Arithmetic& arithmetic, int64_t rows) : pass(arithmetic.make_pass(rows)), order(pass->capacity()) {}
    int64_t bytes() const { return pass->bytes() + order.bytes(); }
};

// Buffers that calls borrow, so that a call allocates nothing once there are enough.
class BufferStore {
  public:
    std::unique_ptr<Buffers> borrow(Arithmetic& arithmetic, int64_t rows) {
        {
            const std::lock_guard lock(mutex_);
            const auto fits =
                std::find_if(free_.begin(), free_.end(), [&](auto& b) { return b->pass->capacity() >= rows; });
            if (fits != free_.end()) {
                std::unique_ptr<Buffers> buffers = std::move(*fits);
                free_.erase(fits);
                return buffers;
            }
        }
        auto made = std::make_unique<Buffers>(arithmetic, rows);
        bytes_ += made->bytes();
        return made;
    }

    void give_back(std::unique_ptr<Buffers> buffers) {
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(buffers));
    }

    // Those that are lent, too.
    int64_t bytes() const { return bytes_; }

  private:
    std::mutex mutex_;
    std::atomic<int64_t> bytes_{0};
    std::vector<std::unique_ptr<Buffers>> free_;
};

class CpuModel final : public Model {
  public:
    CpuModel(const Net& net, const Placement& place, std::span<const float> parameters)
        : net_(net), place_(place), kernels_(kernels_of(place.isa)), threads_(threads_of(place)), parameters_(net),
          arithmetic_(make_arithmetic(place, {kernels_, net_, parameters_, Purpose::inference})) {
        parameters_.pack(parameters);
        arithmetic_->refresh();
    }

    void logits(const Data& samples, float* logits) const override {
        std::unique_lock lock(crew_mutex_, std::defer_lock);
        if (worth_a_crew(samples.count) && lock.try_lock()) {
            predict_together(samples, logits);
            return;
        }
        std::unique_ptr<Buffers> buffers = store_.borrow(*arithmetic_, std::min(samples.count, kBlockRows));
        predict(samples, {0, samples.count}, *buffers, logits);
        store_.give_back(std::move(buffers));
    }

    Evaluation evaluate(const Data& data, int64_t first, int64_t count, const LossOptions& options,
                        int32_t* predictions) const override {
        const std::unique_ptr<Loss> loss = make_loss(options, net_.classes());
        std::unique_lock lock(crew_mutex_, std::defer_lock);
        if (worth_a_crew(count) && lock.try_lock()) {
            Pool& pool = crew();
            crew_workspace_.reserve(*arithmetic_, kEvaluationRows, net_.classes(), pool.threads());
            note_crew();
            return cpu::evaluate(*loss, data, first, count, predictions, crew_workspace_, pool);
        }
        Pool alone(1);
        Workspace workspace;
        workspace.reserve(*arithmetic_, std::min(count, kEvaluationRows), net_.classes(), alone.threads());
        return cpu::evaluate(*loss, data, first, count, predictions, workspace, alone);
    }

    int64_t bytes() const override { return parameters_.bytes() + arithmetic_->bytes() + store_.bytes() + crew_bytes_; }

    std::string describe() const override { return cpu::describe(kernels_, threads_, place_); }

  private:
    bool worth_a_crew(int64_t rows) const { return std::min<int64_t>(threads_, rows / kRowsPerThread) >= 2; }

    // Once the lock is held, as in predict_together().
    Pool& crew() const {
        if (!crew_)
            crew_ = std::make_unique<Pool>(threads_);
        return *crew_;
    }

    void note_crew() const {
        int64_t sum = crew_workspace_.bytes();
        for (const Buffers& buffers : crew_buffers_)
            sum += buffers.bytes();
        crew_bytes_ = sum;
    }

    void predict_together(const Data& samples, float* logits) const {
        Pool& pool = crew();
        while (crew_buffers_.size() < static_cast<size_t>(threads_))
            crew_buffers_.emplace_back(*arithmetic_, kBlockRows);
        note_crew();
        pool.run([&](const Worker& worker) {
            predict(samples, worker.share_of(samples.count), crew_buffers_[static_cast<size_t>(worker.index)], logits);
        });
    }

    // Fills logits [row, classes] for the given rows, on the calling thread alone.
    void predict(const Data& samples, Range rows, Buffers& buffers, float* logits) const {
        const Activations& from = buffers.pass->logits();
        for (int64_t at = rows.begin; at < rows.end; at += kBlockRows) {
            const Selection block{&samples, nullptr, at, std::min(kBlockRows, rows.end - at), Purpose::inference};
            const Selection selection = arithmetic_->shares_lists() ? buffers.order.of(kernels_, block) : block;
            buffers.pass->forward(selection, Worker{});
            for (int64_t row = 0; row < selection.rows; ++row)
                from.copy_row(row, logits + selection.sample(row) * from.columns());
        }
    }

    Net net_;
    Placement place_;
    const Kernels& kernels_;
    int threads_;
    PackedNet parameters_;
    std::unique_ptr<Arithmetic> arithmetic_;
    mutable BufferStore store_;
    // The threads for a large batch, for one call at a time: a second call does without.
    mutable std::mutex crew_mutex_;
    mutable std::unique_ptr<Pool> crew_;
    mutable std::vector<Buffers> crew_buffers_; // [threads]
    mutable Workspace crew_workspace_;          // an evaluation's, of all threads together
    mutable std::atomic<int64_t> crew_bytes_{0};
};

} // namespace

double inference_bytes(const Net& net, const Placement& place) {
    const BufferCount count;
    const PackedNet parameters(net);
    const auto arithmetic = make_arithmetic(place, {kernels_of(place.isa), net, parameters, Purpose::inference});
    const Buffers buffers(*arithmetic, 1);
    return count.bytes();
}

std::unique_ptr<Model> make_model(const Net& net, const Placement& place, std::span<const float> parameters) {
    require_memory(inference_bytes(net, place), "the net of these sizes");
    return std::make_unique<CpuModel>(net, place, parameters);
}

} // namespace mn::cpu
