#include "timing.h"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "cuda/entry_points.h"
#include "cuda/host/device.h"
#include "cuda/host/status.h"
#include "problems.h"

namespace mn::bench {

namespace {

struct Way {
    const char* name;
    cuda::Engine engine;
    cuda::Schedule schedule;
};

constexpr Way kWays[] = {{"float32 3xTF32, one launch", cuda::Engine::tf32x3, cuda::Schedule::persistent},
                         {"float32 3xTF32, graph", cuda::Engine::tf32x3, cuda::Schedule::graph},
                         {"float32 FMA, one launch", cuda::Engine::ffma, cuda::Schedule::persistent},
                         {"float32 FMA, graph", cuda::Engine::ffma, cuda::Schedule::graph},
                         {"tf32, one launch", cuda::Engine::tf32, cuda::Schedule::persistent},
                         {"tf32, graph", cuda::Engine::tf32, cuda::Schedule::graph},
                         {"bf16, one launch", cuda::Engine::bf16, cuda::Schedule::persistent},
                         {"bf16, graph", cuda::Engine::bf16, cuda::Schedule::graph}};

// FLOP/s of plain float32 multiply-adds, at the clock that the device claims.
double fma_peak() {
    const DeviceInfo info = cuda::device_info(0);
    int kilohertz = 0;
    cuda::check(cudaDeviceGetAttribute(&kilohertz, cudaDevAttrClockRate, 0), "cudaDeviceGetAttribute");
    const bool half = info.architecture_major < 8 || (info.architecture_major == 8 && info.architecture_minor == 0);
    return 2.0 * (half ? 64 : 128) * info.multiprocessors * kilohertz * 1e3;
}

struct Seconds {
    double least, median;
};

Seconds time_epochs(Trainer& trainer, const Problem& p, int repetitions, const std::vector<int32_t>& order) {
    std::vector<double> times;
    train(trainer, p.samples, p.batch, 2e-5, order); // memory, graph, clocks
    for (int i = 0; i < repetitions; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        train(trainer, p.samples, p.batch, 2e-5, order);
        times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    std::sort(times.begin(), times.end());
    return {times.front(), times[times.size() / 2]};
}

std::unique_ptr<Trainer> trainer_of(const Problem& p, const Way& way, const Images& images) {
    TrainerOptions options;
    options.net = p.net;
    options.placement.device = DeviceKind::cuda;
    cuda::Tuning tuning;
    tuning.engine = way.engine;
    tuning.schedule = way.schedule;
    return started(cuda::make_trainer(options, tuning), p.net, images.samples());
}

void time_problem(const Problem& p, int repetitions, bool tensor_cores) {
    const Images images(p.net, p.samples);
    const double steps = static_cast<double>((p.samples + p.batch - 1) / p.batch);
    for (const Way& way : kWays) {
        if (way.engine != cuda::Engine::ffma && !tensor_cores)
            continue;
        const auto trainer = trainer_of(p, way, images);
        // as users train, whose every step waits for its part of the order and for rows all over the set; and without
        for (const std::vector<int32_t>& order : {shuffled(p.samples), std::vector<int32_t>()}) {
            const Seconds epoch = time_epochs(*trainer, p, repetitions, order);
            const double share = p.step_flop() * steps / epoch.least / fma_peak();
            std::printf("%-18s %6lld  %-28s %-10s %9.2f %9.2f %10.3f %8.1f %%\n", p.name.c_str(),
                        static_cast<long long>(p.batch), way.name, order.empty() ? "file order" : "shuffled",
                        1e6 * epoch.least / steps, 1e6 * epoch.median / steps, 1e3 * epoch.least, 100 * share);
        }
    }
}

} // namespace

void time_training(bool quick) {
    const bool tensor_cores = cuda::device_info(0).architecture_major >= 8;
    std::printf("%-18s %6s  %-28s %-10s %9s %9s %10s %10s\n", "net", "batch", "how", "order", "us/step", "median",
                "ms/epoch", "of FMA peak");
    if (quick)
        return time_problem({"20-16-4", {{20, 16, 4}}, 16, 32}, 2, tensor_cores);
    for (const int64_t batch : {64, 128, 320, 1024, 4096})
        time_problem({"784-312-256-10", {{784, 312, 256, 10}}, batch, 60000}, 20, tensor_cores);
    time_problem({"784-320-160-10", {{784, 320, 160, 10}}, 64, 60000}, 10, tensor_cores);
    time_problem({"784-1024-512-10", {{784, 1024, 512, 10}}, 4096, 60000}, 10, tensor_cores);
}

#ifdef MN_CUDA_PHASE_CLOCKS
namespace {

// Of a step's phases, in cycles: from barrier to barrier (of block 0), and what a block needed of that, the mean and
// the longest of all.
void print_phases(const cuda::PhaseClocks& clocks, int blocks, int phases) {
    for (int p = 0; p < phases; ++p) {
        double sum = 0, longest = 0;
        for (int b = 0; b < blocks; ++b) {
            const auto work = static_cast<double>(clocks.at[b][2 * p + 1] - clocks.at[b][2 * p]);
            sum += work;
            longest = std::max(longest, work);
        }
        // of the last phase, what came before the barrier
        const auto whole = static_cast<double>(clocks.at[0][2 * p + (p + 1 < phases ? 2 : 1)] - clocks.at[0][2 * p]);
        std::printf("    phase %d: %7.0f cycles, of which work of a block %7.0f (mean), %7.0f (longest)\n", p, whole,
                    sum / blocks, longest);
        const char* const names[] = {"asked", "arrived", "multiplied", "together", "handed on"};
        if (clocks.inner[0][p][5] == 0)
            continue;
        for (int n = 1; n < 6; ++n) {
            std::vector<double> times;
            for (int b = 0; b < blocks; ++b) {
                const long long from = clocks.inner[b][p][n - 1];
                if (clocks.inner[b][p][n] > clocks.at[b][2 * p] && clocks.inner[b][p][n] > from)
                    times.push_back(static_cast<double>(clocks.inner[b][p][n] - from));
            }
            if (times.empty())
                continue;
            std::sort(times.begin(), times.end());
            std::printf("        %-10s %6.0f (median of %zu), %6.0f (longest)\n", names[n - 1], times[times.size() / 2],
                        times.size(), times.back());
        }
    }
}

} // namespace

bool time_phases() {
    constexpr int kRepetitions = 9;
    const DeviceInfo info = cuda::device_info(0);
    for (const int64_t batch : {int64_t{320}, int64_t{4096}}) {
        const Problem p{"784-312-256-10", {{784, 312, 256, 10}}, batch, 60000 / batch * batch}; // no partial batch
        const Images images(p.net, p.samples);
        const std::vector<int32_t> order = shuffled(p.samples);
        for (const Way& way : kWays) {
            if (way.schedule != cuda::Schedule::persistent)
                continue;
            const auto trainer = trainer_of(p, way, images);
            const Seconds epoch = time_epochs(*trainer, p, kRepetitions, order);
            const auto clocks = std::make_unique<cuda::PhaseClocks>();
            cuda::check(cudaMemcpyFromSymbol(clocks.get(), cuda::kernels(way.engine).clocks, sizeof *clocks),
                        "cudaMemcpyFromSymbol of the clocks");
            int blocks = 0;
            while (blocks < cuda::kClockBlocks && clocks->at[blocks][1] != 0)
                ++blocks;
            std::printf("batch %lld, %s: %.2f us a step, %d blocks on %d multiprocessors\n",
                        static_cast<long long>(batch), way.name,
                        1e6 * epoch.least * static_cast<double>(batch) / static_cast<double>(p.samples), blocks,
                        info.multiprocessors);
            print_phases(*clocks, blocks, 5);
        }
    }
    return true;
}
#else
bool time_phases() {
    std::printf("SKIPPED phases: this build's kernels read no clocks; configure with -DMN_CUDA_PHASE_CLOCKS=ON\n");
    return false;
}
#endif

} // namespace mn::bench
