#include "turns.h"

#include <algorithm>
#include <utility>

#if defined(__linux__)
#include <sched.h>
#endif

namespace mn::bench {

namespace {

// The calling thread's.
void run_on(const std::vector<int>& cores) {
#if defined(__linux__)
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int core : cores)
        CPU_SET(core, &set);
    if (!cores.empty())
        sched_setaffinity(0, sizeof(set), &set);
#else
    static_cast<void>(cores);
#endif
}

} // namespace

std::vector<int> core_numbers() {
    std::vector<int> numbers;
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0) {
        for (int core = 0; core < CPU_SETSIZE; ++core) {
            if (CPU_ISSET(core, &set))
                numbers.push_back(core);
        }
    }
#endif
    return numbers;
}

Awake::Awake(const std::vector<int>& cores) {
    for (const int core : cores)
        threads_.emplace_back([this, core] { spin(core); });
}

Awake::~Awake() {
    state_ = ended;
    state_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void Awake::keep(bool awake) {
    state_ = awake ? State::awake : State::asleep;
    state_.notify_all();
}

void Awake::spin(int core) {
    run_on({core});
#if defined(__linux__)
    const sched_param none{};
    sched_setscheduler(0, SCHED_IDLE, &none);
#endif
    for (;;) {
        switch (state_.load(std::memory_order_acquire)) {
        case asleep:
            state_.wait(asleep);
            break;
        case ended:
            return;
        default:
#if defined(__x86_64__)
            __builtin_ia32_pause();
#endif
            break;
        }
    }
}

Turns::Turns(int threads, std::vector<int> cores)
    : cores_(std::move(cores)), awake_(cores_), seats_(static_cast<size_t>(threads)) {}

void Turns::place(const cpu::Worker& worker, Seat& seat) {
    if (worker.leads())
        awake_.keep(true);
    if (!seat.placed && !cores_.empty())
        run_on({cores_[static_cast<size_t>(worker.index) % cores_.size()]});
    seat.placed = true;
}

// No turn begins before all have come: a worker that is still on its way through the pool's barrier would disturb it.
void Turns::begins(const cpu::Worker& worker) {
    Seat& seat = seats_[static_cast<size_t>(worker.index)];
    place(worker, seat);
    {
        std::unique_lock lock(mutex_);
        if (++come_ == worker.count) {
            come_ = 0;
            turn_ = 0;
            seats_.front().turn.notify_one();
        }
        seat.turn.wait(lock, [&] { return turn_ == worker.index; });
    }
    seat.begun = Clock::now();
}

void Turns::ends(const cpu::Worker& worker) {
    const Clock::time_point now = Clock::now();
    Seat& seat = seats_[static_cast<size_t>(worker.index)];
    seat.parts.push_back(std::chrono::duration<double>(now - seat.begun).count());
    std::unique_lock lock(mutex_);
    if (worker.index + 1 == worker.count) {
        turn_ = -1;
        ++rounds_;
        gate_.notify_all();
        return;
    }
    turn_ = worker.index + 1;
    seats_[static_cast<size_t>(turn_)].turn.notify_one();
    gate_.wait(lock, [&, round = rounds_] { return rounds_ != round; });
}

std::vector<std::vector<double>> Turns::take() {
    std::vector<std::vector<double>> parts(seats_.front().parts.size());
    for (Seat& seat : seats_) { // fewer workers may have been in the region than the pool has
        for (size_t part = 0; part < seat.parts.size(); ++part)
            parts[part].push_back(seat.parts[part]);
        seat.parts.clear();
    }
    awake_.keep(false);
    seats_.front().placed = false;
    run_on(all_);
    return parts;
}

} // namespace mn::bench
