// A pool of threads that live as long as their owner, and the barrier they meet at.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "cpu/range.h"
#include "cpu/sleep.h"

namespace mn::cpu {

class Pool;

// One thread's seat in a parallel region.
struct Worker {
    int index = 0;
    int count = 1;
    Pool* pool = nullptr;

    Range share_of(int64_t items) const { return share(items, index, count); }
    bool leads() const { return index == 0; }
    // All workers of the region wait here for the last.
    void barrier() const;
};

// Is told where each worker's parts of a parallel region begin and end: at the region's borders and at each barrier.
// For benchmarks, which see there what a worker does between two barriers; the workers call it, and it may let them
// wait.
class PoolWatch {
  public:
    PoolWatch() = default;
    virtual ~PoolWatch() = default;
    PoolWatch(const PoolWatch&) = delete;
    PoolWatch& operator=(const PoolWatch&) = delete;

    virtual void begins(const Worker& worker) = 0;
    virtual void ends(const Worker& worker) = 0;

    // While one lives, this thread's new Pools tell the watch, which outlives them.
    class Scope {
      public:
        explicit Scope(PoolWatch& watch) : outer_(present_) { present_ = &watch; }
        ~Scope() { present_ = outer_; }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

      private:
        PoolWatch* outer_;
    };
    static PoolWatch* present() { return present_; }

  private:
    static inline thread_local PoolWatch* present_ = nullptr;
};

class Pool {
  public:
    // threads: the caller's included; 1 starts none.
    explicit Pool(int threads);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    int threads() const { return static_cast<int>(helpers_.size()) + 1; }

    // Runs job(worker) on `workers` of the threads, at least one and at most all, worker 0 on the caller's, and returns
    // when they are done. job must not throw: the others would wait at a barrier for ever, so std::terminate() follows.
    void run(const std::function<void(const Worker&)>& job, int workers);
    void run(const std::function<void(const Worker&)>& job) { run(job, threads()); }

  private:
    friend struct Worker;
    void help(int index);
    void work(const std::function<void(const Worker&)>& job, const Worker& worker) noexcept;
    void stop() noexcept;
    void barrier(int workers);
    template <class Done>
    void wait(std::atomic<uint32_t>& word, Done done);

    PoolWatch* const watch_ = PoolWatch::present();
    std::vector<std::thread> helpers_;
    const std::function<void(const Worker&)>* job_ = nullptr;
    bool stop_ = false;
    int spins_ = 0;
    // A round's number and, in the last bits, its workers: a thread that has no part in it and is late learns of both
    // at once, or of a later round's.
    static constexpr int kWorkerBits = 12;
    void announce(int workers);
    uint32_t rounds_ = 0;                          // the number, for the thread that alone changes it
    alignas(64) std::atomic<uint32_t> round_{0};   // another one: there is a job, or the end
    alignas(64) std::atomic<uint32_t> arrived_{0}; // at the present barrier
    alignas(64) std::atomic<uint32_t> phase_{0};   // barriers passed
    Sleep sleep_;
};

} // namespace mn::cpu
