// Inference on immutable weights, by any number of threads at once. A sample's logits are the same bits whoever
// computes them, and beside whatever other samples.
#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "cpu/forward.h"
#include "cpu/isa.h"
#include "cpu/placement.h"
#include "model/backend.h"

namespace mn::cpu {

namespace {

// Rows that go through the net at once: their activations stay in a core's second-level cache.
constexpr int64_t kBlockRows = 256;
// Below so many rows for each thread, waking the others takes longer than they save.
constexpr int64_t kRowsPerThread = 32;

// Buffers that calls borrow, so that a call allocates nothing once there are enough.
class BufferStore {
  public:
    explicit BufferStore(const NetShape& net) : net_(net) {}

    std::unique_ptr<ForwardBuffers> borrow(int64_t rows) {
        {
            const std::lock_guard lock(mutex_);
            const auto fits = std::find_if(free_.begin(), free_.end(), [&](auto& b) { return b->capacity >= rows; });
            if (fits != free_.end()) {
                std::unique_ptr<ForwardBuffers> buffers = std::move(*fits);
                free_.erase(fits);
                return buffers;
            }
        }
        return std::make_unique<ForwardBuffers>(net_, rows, Purpose::inference);
    }

    void give_back(std::unique_ptr<ForwardBuffers> buffers) {
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(buffers));
    }

    int64_t bytes() const {
        const std::lock_guard lock(mutex_);
        int64_t sum = 0;
        for (const auto& buffers : free_)
            sum += buffers->bytes();
        return sum;
    }

  private:
    NetShape net_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<ForwardBuffers>> free_;
};

class CpuPredictor final : public Predictor {
  public:
    CpuPredictor(const NetShape& net, const Placement& place, std::span<const float> parameters)
        : kernels_(kernels_of(place.isa)), threads_(threads_of(place)), parameters_(net), store_(net) {
        parameters_.pack(parameters);
    }

    void logits(const Samples& samples, float* logits) const override {
        const int64_t threads = std::min<int64_t>(threads_, samples.count / kRowsPerThread);
        std::unique_lock lock(pool_mutex_, std::defer_lock);
        if (threads < 2 || !lock.try_lock()) {
            const auto buffers = borrow(std::min(samples.count, kBlockRows));
            predict(samples, {0, samples.count}, *buffers, logits);
            return;
        }
        if (!pool_)
            pool_ = std::make_unique<Pool>(threads_);
        std::vector<Loan> loans;
        for (int i = 0; i < threads_; ++i)
            loans.push_back(borrow(std::min(divide_up(samples.count, threads_), kBlockRows)));
        pool_->run([&](const Worker& worker) {
            predict(samples, worker.share_of(samples.count), *loans[static_cast<size_t>(worker.index)], logits);
        });
    }

    int64_t bytes() const override { return parameters_.bytes() + store_.bytes(); }
    std::string describe() const override { return cpu::describe(kernels_, threads_, Precision::float32); }

  private:
    struct GiveBack {
        BufferStore* store;
        void operator()(ForwardBuffers* buffers) const { store->give_back(std::unique_ptr<ForwardBuffers>(buffers)); }
    };
    using Loan = std::unique_ptr<ForwardBuffers, GiveBack>;
    Loan borrow(int64_t rows) const { return Loan(store_.borrow(rows).release(), GiveBack{&store_}); }

    // Fills logits [row, classes] for the given rows, on the calling thread alone.
    void predict(const Samples& samples, Range rows, ForwardBuffers& buffers, float* logits) const {
        const Activations& from = buffers.logits();
        for (int64_t at = rows.begin; at < rows.end; at += kBlockRows) {
            const int64_t count = std::min(kBlockRows, rows.end - at);
            forward(kernels_, parameters_, {&samples, nullptr, at, count}, buffers, Worker{});
            for (int64_t row = 0; row < count; ++row)
                from.copy_row(row, logits + (at + row) * from.columns());
        }
    }

    const Kernels& kernels_;
    int threads_;
    PackedNet parameters_;
    mutable BufferStore store_;
    mutable std::mutex pool_mutex_; // held by the one call that uses the pool
    mutable std::unique_ptr<Pool> pool_;
};

} // namespace

std::unique_ptr<Predictor> make_predictor(const NetShape& net, const Placement& place,
                                          std::span<const float> parameters) {
    check_precision(place);
    return std::make_unique<CpuPredictor>(net, place, parameters);
}

} // namespace mn::cpu
