// How a thread sleeps until another changes a word. Both ways have
//   announce(word, value): gives the word its value and wakes those that sleep on it; one thread at a time announces;
//   wait(word, done): returns when done(word), sleeps until then.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace mn::cpu {

// By the kernel's own call for this, inside std::atomic. notify_all() makes no system call where nobody sleeps, which
// it knows from a count of sleepers. A sleeper counts itself and then looks at the word once more; here the word is
// changed and then the count is read. Release alone would let a processor read the count before its change is seen by
// others: either side could then miss the other's, and a sleeper would never wake. Sequential consistency forbids that.
class KernelSleep {
  public:
    void announce(std::atomic<uint32_t>& word, uint32_t value) {
        word.store(value, std::memory_order_seq_cst);
        word.notify_all();
    }

    template <class Done>
    void wait(std::atomic<uint32_t>& word, Done done) {
        for (uint32_t value = word.load(std::memory_order_acquire); !done(value);
             value = word.load(std::memory_order_acquire)) {
            word.wait(value, std::memory_order_acquire);
        }
    }
};

// By a lock. Where the kernel has no such call libstdc++ 12's std::atomic looks at the word, then locks and sleeps, and
// does not lock to notify: a change between the two wakes nobody. Here the word is looked at with the lock held. The
// count of sleepers is there for the same reason as above, and needs the same order.
class LockedSleep {
  public:
    void announce(std::atomic<uint32_t>& word, uint32_t value) {
        word.store(value, std::memory_order_seq_cst);
        if (sleepers_.load(std::memory_order_seq_cst) == 0)
            return;
        { const std::lock_guard lock(mutex_); } // whoever saw the old value sleeps by now
        changed_.notify_all();
    }

    template <class Done>
    void wait(std::atomic<uint32_t>& word, Done done) {
        std::unique_lock lock(mutex_);
        sleepers_.fetch_add(1, std::memory_order_seq_cst);
        changed_.wait(lock, [&] { return done(word.load(std::memory_order_seq_cst)); });
        sleepers_.fetch_sub(1, std::memory_order_relaxed);
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<uint32_t> sleepers_{0};
};

#if defined(__linux__)
using Sleep = KernelSleep;
#else
using Sleep = LockedSleep;
#endif

} // namespace mn::cpu
