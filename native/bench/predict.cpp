// The model. The step is the real one, of a real trainer with n threads: Turns lets its workers go on one at a time
// between each two barriers, so that what each of n workers has to do in each part is measured, with the shares that
// the code gives them, on however few cores. Then
//
//   step(n) = sum over parts of the slowest worker's time   all workers on one core: nothing comes from another's cache
//           + exchange(n)                                   what that sum takes more with the workers spread over C
//           cores,
//                                                           times (n - 1)/n / ((C - 1)/C): of the lines that a worker
//                                                           reads and that all wrote, so many lie on other cores
//           + barriers of the step * barrier(n)             barrier(n) = that of the real pool with 2 threads * n / 2,
//                                                           since arrivals and departures pass one cache line around
//
// for cores that are all as far apart as the two that were measured. On other machines exchange and barriers are as
// long as the mean latency to another core, over the one measured, makes them:
// (near (cache_cores - 1) + far (n - cache_cores)) / (n - 1).
#include "predict.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cpu/floor.h"
#include "cpu/kernels/isa.h"
#include "machine/cores.h"
#include "net/initialise.h"
#include "support.h"
#include "turns.h"

namespace mn::bench {

namespace {

using Clock = std::chrono::steady_clock;
using Parts = std::vector<std::vector<double>>; // seconds [part][worker]

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

// A trainer in the midst of its work, one chunk after the other.
class Training {
  public:
    Training(int64_t batch, bool dense, int threads)
        : steps_(batch > 1024 ? 2 : 4), images_(batch * steps_, dense), results_(static_cast<size_t>(steps_)),
          learning_rates_(static_cast<size_t>(steps_), 2e-5), chunk_{nullptr, 0, images_.count, batch,
                                                                     learning_rates_.data()} {
        TrainerOptions options;
        options.net = article_net();
        options.placement.isa = cpu::best_isa();
        options.placement.threads = threads;
        trainer_ = cpu::make_trainer(options);
        trainer_->write(Slot::parameters, initial_parameters(options.net, 0));
        trainer_->bind(images_.samples());
        run();
        run();
    }
    void run() { trainer_->train(chunk_, results_); }
    double steps() const { return static_cast<double>(steps_); }
    double bytes() const { return static_cast<double>(trainer_->bytes()); }

  private:
    int64_t steps_;
    Images images_;
    std::unique_ptr<Trainer> trainer_;
    std::vector<StepResult> results_;
    std::vector<double> learning_rates_;
    Chunk chunk_;
};

int rounds_of(int64_t batch) {
    return batch > 1024 ? 5 : 21;
}

// Of rounds [round][part][worker].
Parts medians(const std::vector<Parts>& rounds) {
    Parts parts = rounds.front();
    for (size_t part = 0; part < parts.size(); ++part) {
        for (size_t worker = 0; worker < parts[part].size(); ++worker) {
            std::vector<double> values;
            for (const Parts& round : rounds)
                values.push_back(round.at(part).at(worker));
            parts[part][worker] = median(values);
        }
    }
    return parts;
}

double slowest(const Parts& parts) {
    double sum = 0;
    for (const std::vector<double>& part : parts)
        sum += *std::max_element(part.begin(), part.end());
    return sum;
}

double mean(const Parts& parts) {
    double sum = 0;
    for (const std::vector<double>& part : parts) {
        for (const double seconds : part)
            sum += seconds / static_cast<double>(part.size());
    }
    return sum;
}

// Milliseconds of a step.
struct Prediction {
    int workers = 1;
    double mean = 0, slowest = 0, exchange = 0, barriers = 0;
    double measured = 0;   // by threads that work at the same time; 0 where there are not as many cores
    double bytes = 0;      // of the trainer
    double latency_ns = 0; // from core to core, when it was measured
    // Where the mean latency to another core is another.
    double step(double latency) const { return slowest + (exchange + barriers) * latency / latency_ns; }
    double here() const { return step(latency_ns); }
};

// A trainer whose workers go on in turn.
struct InTurns {
    Turns turns;
    std::optional<Training> training;
    std::vector<Parts> rounds;

    InTurns(int64_t batch, bool dense, int threads, std::vector<int> cores) : turns(threads, std::move(cores)) {
        const cpu::PoolWatch::Scope scope(turns);
        training.emplace(batch, dense, threads);
        turns.take();
    }
    void run() {
        training->run();
        rounds.push_back(turns.take());
    }
};

std::unique_ptr<InTurns> in_turns(int64_t batch, bool dense, int threads, std::vector<int> cores) {
    return std::make_unique<InTurns>(batch, dense, threads, std::move(cores));
}

// One after the other in each round, so that a machine that changes meanwhile changes for all.
Prediction predict(int64_t batch, bool dense, int threads) {
    const std::vector<int> cores = core_numbers();
    const bool exchanges = threads > 1 && cores.size() > 1;
    Training real(batch, dense, threads);
    const auto alone = in_turns(batch, dense, threads, {cores.begin(), cores.begin() + (cores.empty() ? 0 : 1)});
    const auto spread = exchanges ? in_turns(batch, dense, threads, cores) : nullptr;
    std::vector<double> seconds, latencies, barriers;
    for (int round = 0; round < rounds_of(batch); ++round) {
        alone->run();
        if (threads <= usable_cores()) {
            const Clock::time_point start = Clock::now();
            real.run();
            seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
        }
        if (spread)
            spread->run();
        if (cores.size() > 1 && round % 7 == 0) {
            latencies.push_back(core_to_core_nanoseconds());
            barriers.push_back(barrier_nanoseconds(2));
        }
    }
    const double to_ms = 1e3 / real.steps();
    const Parts parts = medians(alone->rounds);
    Prediction p;
    p.workers = static_cast<int>(parts.front().size());
    p.mean = mean(parts) * to_ms;
    p.slowest = slowest(parts) * to_ms;
    p.measured = seconds.empty() ? 0 : median(seconds) * to_ms;
    p.bytes = real.bytes();
    p.latency_ns = latencies.empty() ? 1 : median(latencies);
    if (!spread || p.workers == 1)
        return p;
    const double n = p.workers;
    const auto used = static_cast<double>(std::min(cores.size(), static_cast<size_t>(p.workers)));
    const double more = std::max(0.0, slowest(medians(spread->rounds)) * to_ms - p.slowest);
    p.exchange = more * ((n - 1) / n) / ((used - 1) / used);
    p.barriers = static_cast<double>(parts.size()) / real.steps() * median(barriers) * n / 2 * 1e-6;
    return p;
}

double mean_latency(const Topology& topology, int workers) {
    const int near = std::min(workers, topology.cache_cores) - 1, others = workers - 1;
    return others == 0 ? topology.near_ns : (topology.near_ns * near + topology.far_ns * (others - near)) / others;
}

} // namespace

void print_prediction(const Topology& topology) {
    const int usable = usable_cores();
    std::printf("%s, %d usable cores; multiply-add peak %.0f GFLOP/s on one thread", cpu::best_isa().c_str(), usable,
                known_peak(1));
    if (usable > 1) {
        std::printf(", %.0f on two; a line that another core has written %.2f ns, one's own %.2f ns", known_peak(2),
                    line_nanoseconds(true), line_nanoseconds(false));
    } else {
        std::printf("; one core: neither exchange nor barriers are measured, nor predicted");
    }
    std::printf(
        "\n\n| pixels | batch | threads | slowest worker's parts, ms | mean worker's | exchange | barriers |"
        " core to core, ns | step on cores so far apart | times one thread |"
        " step on caches of %d: %.0f ns within, %.0f between | times one thread | working set over step, GB/s |"
        " measured | predicted over measured |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
        topology.cache_cores, topology.near_ns, topology.far_ns);
    for (const bool dense : {false, true}) {
        for (const int64_t batch : {320, 4096}) {
            double one = 0;
            for (const int threads : {1, 2, 8, 16, 64}) {
                const Prediction p = predict(batch, dense, threads);
                const double there = p.step(mean_latency(topology, p.workers));
                one = threads == 1 ? p.here() : one;
                const std::string work = p.workers == threads ? "" : " (" + std::to_string(p.workers) + " work)";
                std::printf("| %s | %d | %d%s | %.3f | %.3f | %.3f | %.3f | %.0f | %.3f | %.1f | %.3f | %.1f | %.0f |",
                            dense ? "dense" : "sparse", static_cast<int>(batch), threads, work.c_str(), p.slowest,
                            p.mean, p.exchange, p.barriers, p.latency_ns, p.here(), one / p.here(), there, one / there,
                            p.bytes / there * 1e-6);
                if (p.measured > 0)
                    std::printf(" %.3f | %.2f |\n", p.measured, p.here() / p.measured);
                else
                    std::printf(" - | - |\n");
                std::fflush(stdout);
            }
        }
    }
}

} // namespace mn::bench
