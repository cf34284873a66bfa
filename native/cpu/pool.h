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

class Pool {
  public:
    // threads: the caller's included; 1 starts none.
    explicit Pool(int threads);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    int threads() const { return static_cast<int>(helpers_.size()) + 1; }

    // Runs job(worker) on every thread, worker 0 on the caller's, and returns when all are done. job must not throw:
    // the others would wait at a barrier for ever, so std::terminate() follows.
    void run(const std::function<void(const Worker&)>& job);

  private:
    friend struct Worker;
    void help(int index);
    void stop() noexcept;
    void barrier();
    template <class Done>
    void wait(std::atomic<uint32_t>& word, Done done);

    std::vector<std::thread> helpers_;
    const std::function<void(const Worker&)>* job_ = nullptr;
    bool stop_ = false;
    int spins_ = 0;
    uint32_t rounds_ = 0;                          // round_, for the thread that alone changes it
    alignas(64) std::atomic<uint32_t> round_{0};   // one more: there is a job, or the end
    alignas(64) std::atomic<uint32_t> arrived_{0}; // at the present barrier
    alignas(64) std::atomic<uint32_t> phase_{0};   // barriers passed
    Sleep sleep_;
};

} // namespace mn::cpu
