// The thread pool.
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "cpu/pool.h"

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

} // namespace
} // namespace mn::test
