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
        pool->barrier(count);
        return watch->begins(*this);
    }
    pool->barrier(count);
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
    announce(threads());
    for (std::thread& helper : helpers_)
        helper.join();
}

void Pool::announce(int workers) {
    sleep_.announce(round_, ++rounds_ << kWorkerBits | static_cast<uint32_t>(workers));
}

void Pool::run(const std::function<void(const Worker&)>& job, int workers) {
    if (workers > 1) {
        job_ = &job;
        announce(workers);
    }
    work(job, Worker{0, workers, this});
    if (workers > 1)
        barrier(workers);
}

void Pool::work(const std::function<void(const Worker&)>& job, const Worker& worker) noexcept {
    if (watch_)
        watch_->begins(worker);
    job(worker);
    if (watch_)
        watch_->ends(worker);
}

void Pool::help(int index) {
    for (uint32_t seen = 0;;) {
        wait(round_, [&](uint32_t round) { return round != seen; });
        seen = round_.load(std::memory_order_acquire);
        const int workers = static_cast<int>(seen & ((1u << kWorkerBits) - 1));
        if (index >= workers)
            continue;
        if (stop_)
            return;
        work(*job_, Worker{index, workers, this});
        barrier(workers);
    }
}

void Pool::barrier(int workers) {
    const uint32_t phase = phase_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == static_cast<uint32_t>(workers)) {
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
