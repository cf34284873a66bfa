// The thread pool.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "cpu/pool.h"
#include "cpu/sleep.h"

namespace mn::test {
namespace {

TEST(CpuPool, every_worker_meets_at_every_barrier) {
    for (const int threads : {1, 2, 8}) {
        cpu::Pool pool(threads);
        std::vector<int> counts(static_cast<size_t>(threads));
        std::atomic<int> wrong{0};
        for (int round = 1; round <= 20; ++round) {
            pool.run([&](const cpu::Worker& worker) {
                ++counts[static_cast<size_t>(worker.index)];
                worker.barrier();
                for (const int count : counts)
                    wrong += count != round;
                worker.barrier();
            });
        }
        EXPECT_EQ(wrong, 0) << threads << " threads";
    }
}

// Two threads that do nothing but wake each other and sleep: a lost wake-up hangs here.
template <class Sleep>
class CpuSleep : public testing::Test {};
#if defined(__linux__)
using Sleeps = testing::Types<cpu::KernelSleep, cpu::LockedSleep>;
#else
using Sleeps = testing::Types<cpu::LockedSleep>;
#endif
TYPED_TEST_SUITE(CpuSleep, Sleeps);

TYPED_TEST(CpuSleep, every_change_wakes) {
    constexpr uint32_t kRounds = 5000;
    TypeParam sleep;
    std::atomic<uint32_t> ping{0}, pong{0};
    std::thread other([&] {
        for (uint32_t round = 1; round <= kRounds; ++round) {
            sleep.wait(ping, [&](uint32_t now) { return now == round; });
            sleep.announce(pong, round);
        }
    });
    for (uint32_t round = 1; round <= kRounds; ++round) {
        sleep.announce(ping, round);
        sleep.wait(pong, [&](uint32_t now) { return now == round; });
    }
    other.join();
    EXPECT_EQ(pong, kRounds);
}

} // namespace
} // namespace mn::test
