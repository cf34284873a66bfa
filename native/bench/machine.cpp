// The machine's ceilings, against which all else is read.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "cpu/layout.h"
#include "cpu/pool.h"
#include "machine/cores.h"
#include "support.h"

namespace mn::bench {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr int kChains = 12; // independent sums: latency 4 x 2 units, and some to spare
constexpr int64_t kRounds = 100000;

// Vectors as the compiler knows them, so that Arm has them, too.
typedef float Vector16 __attribute__((vector_size(64)));
typedef float Vector8 __attribute__((vector_size(32)));
typedef float Vector4 __attribute__((vector_size(16)));

// kChains multiply-adds, kRounds times.
template <class Vector>
[[gnu::always_inline]] inline float multiply_add_rounds() {
    const Vector factor = Vector{} + 0.999f;
    Vector sum[kChains];
    for (Vector& s : sum)
        s = factor;
    for (int64_t round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
        for (int i = 0; i < kChains; ++i)
            sum[i] = sum[i] * factor + factor;
    }
    float total = 0;
    for (const Vector& s : sum)
        total += s[0];
    return total;
}

// Loads `bytes` bytes, a multiple of 8 vectors, and adds them up.
template <class Vector>
[[gnu::always_inline]] inline void read_all(const void* from, size_t bytes) {
    const Vector* at = static_cast<const Vector*>(from);
    Vector sum[8] = {};
    for (size_t i = 0; i + 8 <= bytes / sizeof(Vector); i += 8) {
#pragma GCC unroll 8
        for (size_t j = 0; j < 8; ++j)
            sum[j] += at[i + j];
    }
    benchmark::DoNotOptimize(sum);
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) void read512(const void* from, size_t bytes) {
    read_all<Vector16>(from, bytes);
}
__attribute__((target("avx2,fma"))) void read256(const void* from, size_t bytes) {
    read_all<Vector8>(from, bytes);
}
__attribute__((target("avx512f"))) float rounds512() {
    return multiply_add_rounds<Vector16>();
}
__attribute__((target("avx2,fma"))) float rounds256() {
    return multiply_add_rounds<Vector8>();
}
#endif
void read128(const void* from, size_t bytes) {
    read_all<Vector4>(from, bytes);
}
float rounds128() {
    return multiply_add_rounds<Vector4>();
}

// The measuring loops with the widest vectors of the machine.
struct Widest {
    float (*rounds)();
    void (*read)(const void*, size_t);
    int lanes;
};

Widest widest() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f"))
        return {rounds512, read512, 16};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return {rounds256, read256, 8};
#endif
    return {rounds128, read128, 4};
}

// Fastest of some runs of `work` on all threads of a pool at once, in seconds.
double best_of(int runs, cpu::Pool& pool, const std::function<void(int)>& work) {
    double best = 1e30;
    for (int i = 0; i < runs; ++i) {
        Clock::time_point start;
        pool.run([&](const cpu::Worker& worker) {
            worker.barrier();
            if (worker.leads())
                start = Clock::now();
            work(worker.index);
            worker.barrier();
        });
        best = std::min(best, seconds_since(start));
    }
    return best;
}

void fma_peak(benchmark::State& state) {
    const int threads = static_cast<int>(state.range(0));
    double best = 0;
    for (auto _ : state)
        best = std::max(best, peak_gflops(threads));
    state.counters["GFLOP/s"] = best;
}

// Reads an array that each thread has for itself: state.range(1) KiB.
void read_bandwidth(benchmark::State& state) {
    const int threads = static_cast<int>(state.range(0));
    const int64_t bytes = state.range(1) * 1024, passes = std::max<int64_t>(1, (int64_t{64} << 20) / bytes);
    std::vector<cpu::Buffer<uint8_t>> arrays;
    for (int i = 0; i < threads; ++i)
        arrays.emplace_back(bytes);
    cpu::Pool pool(threads);
    const auto read = widest().read;
    double best = 1e30;
    for (auto _ : state) {
        best = std::min(best, best_of(3, pool, [&](int index) {
                            for (int64_t pass = 0; pass < passes; ++pass)
                                read(arrays[static_cast<size_t>(index)].data(), static_cast<size_t>(bytes));
                        }));
    }
    state.counters["GB/s"] = static_cast<double>(bytes * passes * threads) / best * 1e-9;
}

void core_to_core(benchmark::State& state) {
    double best = 1e30;
    for (auto _ : state)
        best = std::min(best, core_to_core_nanoseconds());
    state.counters["ns"] = best;
}

void barrier(benchmark::State& state) {
    double best = 1e30;
    for (auto _ : state)
        best = std::min(best, barrier_nanoseconds(static_cast<int>(state.range(0))));
    state.counters["ns"] = best;
}

void line_read(benchmark::State& state) {
    double best = 1e30;
    for (auto _ : state)
        best = std::min(best, line_nanoseconds(state.range(0) != 0));
    state.counters["ns"] = best;
}

} // namespace

double peak_gflops(int threads) {
    const Widest loops = widest();
    cpu::Pool pool(threads);
    const double seconds = best_of(20, pool, [&](int) { benchmark::DoNotOptimize(loops.rounds()); });
    return static_cast<double>(kRounds) * kChains * loops.lanes * 2 * threads / seconds * 1e-9;
}

// Two threads pass a counter to and fro.
double core_to_core_nanoseconds() {
    constexpr int kTrips = 2000;
    cpu::Pool pool(2);
    alignas(64) std::atomic<int> turn{0};
    const double seconds = best_of(20, pool, [&](int index) {
        for (int trip = 0; trip < kTrips; ++trip) {
            while (turn.load(std::memory_order_acquire) % 2 != index) {
            }
            turn.fetch_add(1, std::memory_order_acq_rel);
        }
    });
    return seconds / (2 * kTrips) * 1e9;
}

double barrier_nanoseconds(int threads) {
    constexpr int kBarriers = 2000;
    cpu::Pool pool(threads);
    double best = 1e30;
    for (int i = 0; i < 20; ++i) {
        Clock::time_point start;
        pool.run([&](const cpu::Worker& worker) {
            worker.barrier();
            if (worker.leads())
                start = Clock::now();
            for (int b = 0; b < kBarriers; ++b)
                worker.barrier();
        });
        best = std::min(best, seconds_since(start));
    }
    return best / (kBarriers + 1) * 1e9; // and the region's end
}

double line_nanoseconds(bool of_another) {
    constexpr int64_t kBytes = 256 * 1024, kLine = 64;
    cpu::Buffer<uint8_t> block(kBytes);
    cpu::Pool pool(2);
    const auto read = widest().read;
    double best = 1e30;
    for (int i = 0; i < 50; ++i) {
        pool.run([&](const cpu::Worker& worker) {
            if (worker.leads() != of_another)
                std::fill_n(block.data(), kBytes, static_cast<uint8_t>(i));
            worker.barrier();
            if (!worker.leads())
                return;
            const Clock::time_point start = Clock::now();
            read(block.data(), kBytes);
            best = std::min(best, seconds_since(start));
        });
    }
    return best / (kBytes / kLine) * 1e9;
}

void register_machine() {
    const int cores = usable_cores();
    for (const int threads : {1, 2}) {
        if (threads > cores)
            continue;
        benchmark::RegisterBenchmark("machine/fma_peak", fma_peak)->Arg(threads)->ArgName("threads")->Iterations(3);
        for (const int64_t kib : {24, 512, 8 * 1024, 128 * 1024})
            benchmark::RegisterBenchmark("machine/read_bandwidth", read_bandwidth)
                ->Args({threads, kib})
                ->ArgNames({"threads", "KiB"})
                ->Iterations(3);
    }
    if (cores == 1)
        return;
    benchmark::RegisterBenchmark("machine/core_to_core", core_to_core)->Iterations(3);
    for (int threads = 2; threads <= cores; threads *= 2)
        benchmark::RegisterBenchmark("machine/barrier", barrier)->Arg(threads)->ArgName("threads")->Iterations(3);
    for (const int of_another : {0, 1})
        benchmark::RegisterBenchmark("machine/line_read", line_read)
            ->Arg(of_another)
            ->ArgName("of_another_core")
            ->Iterations(3);
}

} // namespace mn::bench
