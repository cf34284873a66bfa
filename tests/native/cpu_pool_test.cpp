// The thread pool.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
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

// What each worker told, in its order.
class Listening final : public cpu::PoolWatch {
  public:
    explicit Listening(int threads) : said(static_cast<size_t>(threads)) {}
    void begins(const cpu::Worker& worker) override { said[static_cast<size_t>(worker.index)] += '<'; }
    void ends(const cpu::Worker& worker) override { said[static_cast<size_t>(worker.index)] += '>'; }
    std::vector<std::string> said; // [threads]
};

TEST(CpuPool, a_watch_hears_of_every_part_of_every_worker) {
    for (const int threads : {1, 3}) {
        Listening listening(threads);
        const cpu::PoolWatch::Scope scope(listening);
        cpu::Pool pool(threads);
        for (int round = 0; round < 2; ++round) {
            pool.run([&](const cpu::Worker& worker) {
                std::string& said = listening.said[static_cast<size_t>(worker.index)];
                said += 'a';
                worker.barrier();
                said += 'b';
            });
        }
        const std::string one = threads == 1 ? "<ab>" : "<a><b>"; // one worker has nobody to wait for
        EXPECT_EQ(listening.said, std::vector<std::string>(static_cast<size_t>(threads), one + one));
    }
}

TEST(CpuPool, a_watch_hears_only_of_pools_made_in_its_scope) {
    Listening listening(2), inner(2);
    cpu::Pool before(2);
    {
        const cpu::PoolWatch::Scope scope(listening);
        const cpu::PoolWatch::Scope nested(inner);
        EXPECT_EQ(cpu::PoolWatch::present(), &inner);
    }
    cpu::Pool after(2);
    for (cpu::Pool* pool : {&before, &after})
        pool->run([](const cpu::Worker& worker) { worker.barrier(); });
    EXPECT_EQ(listening.said, std::vector<std::string>(2));
    EXPECT_EQ(inner.said, std::vector<std::string>(2));
}

// Rounds by some of the threads, whose others sleep on or come late.
TEST(CpuPool, rounds_by_some_of_the_threads) {
    constexpr int kThreads = 5;
    cpu::Pool pool(kThreads);
    std::vector<int> counts(kThreads), want(kThreads);
    std::atomic<int> wrong{0};
    for (int round = 0; round < 3000; ++round) {
        const int workers = 1 + round * 7 % kThreads;
        pool.run(
            [&](const cpu::Worker& worker) {
                wrong += worker.count != workers || worker.index >= workers;
                ++counts[static_cast<size_t>(worker.index)];
                worker.barrier();
                for (int i = 0; i < workers; ++i) // all of this round have come by
                    wrong += counts[static_cast<size_t>(i)] != want[static_cast<size_t>(i)] + 1;
                worker.barrier();
            },
            workers);
        for (int i = 0; i < workers; ++i)
            ++want[static_cast<size_t>(i)];
        ASSERT_EQ(counts, want) << "round " << round << ", " << workers << " workers";
    }
    EXPECT_EQ(wrong, 0);
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
