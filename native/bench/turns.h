// What each worker of a parallel region does between two barriers, timed with nobody else running.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "cpu/pool.h"

namespace mn::bench {

// The cores that this process may use, by the system's numbers; empty where the system does not tell.
std::vector<int> core_numbers();

// Keeps cores from going to sleep while nobody works on them: a core that was asleep comes back slowly, and a virtual
// one may have lent its caches to others. Its threads run only where nobody else wants to.
class Awake {
  public:
    explicit Awake(const std::vector<int>& cores);
    ~Awake();
    Awake(const Awake&) = delete;
    Awake& operator=(const Awake&) = delete;

    void keep(bool awake);

  private:
    enum State : uint32_t { asleep, awake, ended };
    void spin(int core);
    std::atomic<uint32_t> state_{asleep};
    std::vector<std::thread> threads_;
};

// Lets the workers of a region go on one at a time, in their order, each on its core, between each two barriers: so
// that any number of workers can be timed on a machine of few cores. Serves one pool.
class Turns final : public cpu::PoolWatch {
  public:
    // Worker i runs on cores[i % cores.size()]; where there are none it runs where the system puts it.
    Turns(int threads, std::vector<int> cores);

    void begins(const cpu::Worker& worker) override;
    void ends(const cpu::Worker& worker) override;

    // Seconds [part][worker] of the regions since the last call; a part ends at a barrier or with a region. To be
    // called behind each region, by its caller, whose thread may run anywhere then.
    std::vector<std::vector<double>> take();

  private:
    using Clock = std::chrono::steady_clock;
    struct Seat {
        std::condition_variable turn;
        std::vector<double> parts;
        Clock::time_point begun;
        bool placed = false;
    };
    void place(const cpu::Worker& worker, Seat& seat);

    std::vector<int> cores_, all_ = core_numbers();
    Awake awake_;
    std::mutex mutex_;
    std::deque<Seat> seats_;       // [threads]
    std::condition_variable gate_; // behind it all have had their turn
    int come_ = 0, turn_ = -1;
    long rounds_ = 0;
};

} // namespace mn::bench
