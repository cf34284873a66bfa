#include "cpu/pool.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <system_error>

#include "machine/cores.h"
#include "net/error.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace mn::cpu {

namespace {

// A pause takes 40 to 140 cycles: about 20 to 60 microseconds of spinning, longer than a step's phases differ.
constexpr int kSpins = 1000;
// Then the core is offered to others some times before the thread goes to sleep in the kernel.
constexpr int kYields = 20;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

} // namespace

void Worker::barrier() const {
    if (count == 1)
        return;
    if (PoolWatch* const watch = pool->watch_) {
        watch->ends(*this);
        pool->barrier();
        return watch->begins(*this);
    }
    pool->barrier();
}

Pool::Pool(int threads) {
    // More threads than cores: a thread that spins keeps the one it waits for from running.
    spins_ = threads <= usable_cores() ? kSpins : 0;
    helpers_.reserve(static_cast<size_t>(std::max(threads, 1))); // a thread once started must find its place
    try {
        for (int i = 1; i < threads; ++i)
            helpers_.emplace_back([this, i] { help(i); });
    } catch (const std::system_error&) {
        const int started = this->threads();
        stop();
        throw Error(Status::out_of_memory, "the system started only " + std::to_string(started) + " of " +
                                               std::to_string(threads) + " threads; ask for fewer");
    }
}

Pool::~Pool() {
    stop();
}

void Pool::stop() noexcept {
    stop_ = true;
    sleep_.announce(round_, ++rounds_);
    for (std::thread& helper : helpers_)
        helper.join();
}

void Pool::run(const std::function<void(const Worker&)>& job) {
    if (!helpers_.empty()) {
        job_ = &job;
        sleep_.announce(round_, ++rounds_);
    }
    work(job, Worker{0, threads(), this});
    if (!helpers_.empty())
        barrier();
}

void Pool::work(const std::function<void(const Worker&)>& job, const Worker& worker) noexcept {
    if (watch_)
        watch_->begins(worker);
    job(worker);
    if (watch_)
        watch_->ends(worker);
}

void Pool::help(int index) {
    for (uint32_t seen = 0;; ++seen) {
        wait(round_, [&](uint32_t round) { return round != seen; });
        if (stop_)
            return;
        work(*job_, Worker{index, threads(), this});
        barrier();
    }
}

void Pool::barrier() {
    const uint32_t phase = phase_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == static_cast<uint32_t>(threads())) {
        arrived_.store(0, std::memory_order_relaxed);
        sleep_.announce(phase_, phase + 1);
        return;
    }
    wait(phase_, [&](uint32_t now) { return now != phase; });
}

// Returns when done(word): spins, then yields, then sleeps.
template <class Done>
void Pool::wait(std::atomic<uint32_t>& word, Done done) {
    for (int i = 0; i < spins_; ++i) {
        if (done(word.load(std::memory_order_acquire)))
            return;
        pause();
    }
    for (int i = 0; i < kYields; ++i) {
        if (done(word.load(std::memory_order_acquire)))
            return;
        std::this_thread::yield();
    }
    sleep_.wait(word, done);
}

} // namespace mn::cpu
