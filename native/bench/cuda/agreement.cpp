#include "agreement.h"

#include <cmath>
#include <cstdio>
#include <optional>

#include "cuda/host/device.h"
#include "problems.h"
#include "reference/floor.h"

namespace mn::bench {

namespace {

struct Engine {
    const char* name;
    cuda::Engine engine;
    double bound; // of a gradient, as a share of the largest
};

// float32 on tensor cores is held to a few times the error of FMA, which comes first.
constexpr double kTimesFma = 8;

constexpr Engine kEngines[] = {{"float32 (FMA)", cuda::Engine::ffma, 1e-5},
                               {"float32 (3xTF32)", cuda::Engine::tf32x3, 0},
                               {"tf32", cuda::Engine::tf32, 2e-3},
                               {"bf16", cuda::Engine::bf16, 2e-2}};

TrainerOptions options_for(const Net& net, OptimizerKind kind) {
    TrainerOptions options;
    options.net = net;
    options.optimizer.kind = kind;
    options.optimizer.momentum = kind == OptimizerKind::sgd ? 0.9 : 0;
    options.placement.device = DeviceKind::cuda;
    return options;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double worst = 0, largest = 0;
    for (size_t i = 0; i < b.size(); ++i) {
        worst = std::isfinite(a[i]) ? std::fmax(worst, std::fabs(a[i] - b[i])) : INFINITY;
        largest = std::fmax(largest, std::fabs(b[i]));
    }
    return worst / largest;
}

std::vector<double> slot(const Trainer& trainer, Slot which, const Net& net) {
    std::vector<float> values(static_cast<size_t>(net.parameter_count()));
    trainer.read(which, values);
    return {values.begin(), values.end()};
}

// Hidden biases of 3 and -3 in turn, so that every unit is clearly on or off. Where one is as good as 0, the rounding
// of tf32 and bf16 decides whether ReLU lets its gradient pass, and the difference is of no rounding's size.
void move_off_the_corner(Trainer& trainer, const Net& net) {
    std::vector<double> values = slot(trainer, Slot::parameters, net);
    size_t at = 0;
    for (int l = 0; l + 1 < net.layers(); ++l) {
        at += static_cast<size_t>(net.fan_in(l)) * static_cast<size_t>(net.fan_out(l));
        for (int unit = 0; unit < net.fan_out(l); ++unit)
            values[at++] = unit % 2 == 0 ? 3 : -3;
    }
    trainer.write(Slot::parameters, std::vector<float>(values.begin(), values.end()));
}

// Momentum at rate 0 leaves the gradient in the first moment.
std::vector<double> gradient(std::unique_ptr<Trainer> trainer, const Problem& p, const Images& images) {
    trainer = started(std::move(trainer), p.net, images.samples());
    move_off_the_corner(*trainer, p.net);
    train(*trainer, p.batch, p.batch, 0);
    return slot(*trainer, Slot::first_moment, p.net);
}

int report(const std::string& what, double found, double bound) {
    const bool good = found <= bound;
    std::printf("%s  %-72s %.2e (at most %.1e)\n", good ? "ok  " : "FAIL", what.c_str(), found, bound);
    return good ? 0 : 1;
}

// How steps run; what a tool has patched may not fit twice on a multiprocessor.
struct Way {
    const char* name;
    std::optional<cuda::Schedule> schedule;
    std::optional<int> blocks_per_multiprocessor;
};

constexpr Way kUsual{"", std::nullopt, std::nullopt};
constexpr Way kOthers[] = {{", one block", cuda::Schedule::persistent, 1}, {", graph", cuda::Schedule::graph, {}}};

int check_gradients(const Problem& p, bool tensor_cores, const Way& way = kUsual) {
    const Images images(p.net, p.batch);
    const TrainerOptions options = options_for(p.net, OptimizerKind::sgd);
    const std::vector<double> expected = gradient(reference::make_trainer(options), p, images);
    int failed = 0;
    double fma_error[2] = {};
    for (const Engine& e : kEngines) {
        if (e.engine != cuda::Engine::ffma && !tensor_cores)
            continue;
        for (const int64_t wide_from : {int64_t{0}, INT64_MAX}) {
            cuda::Tuning tuning;
            tuning.engine = e.engine;
            tuning.wide_tiles_by = wide_from;
            tuning.schedule = way.schedule;
            tuning.blocks_per_multiprocessor = way.blocks_per_multiprocessor;
            const auto got = gradient(cuda::make_trainer(options, tuning), p, images);
            const double error = distance(got, expected);
            double& fma = fma_error[wide_from == 0];
            if (e.engine == cuda::Engine::ffma)
                fma = error;
            failed += report("gradient, " + p.name + ", batch " + std::to_string(p.batch) + ", " + e.name +
                                 (wide_from == 0 ? ", 64 x 64" : ", 32 x 32") + way.name,
                             error, e.engine == cuda::Engine::tf32x3 ? kTimesFma * fma : e.bound);
        }
    }
    return failed;
}

// Some steps of Adam; the losses by each way of running them.
std::vector<double> losses(const cuda::Tuning& tuning, const Problem& p, const Images& images) {
    const TrainerOptions options = options_for(p.net, OptimizerKind::adam);
    const auto trainer = started(cuda::make_trainer(options, tuning), p.net, images.samples());
    return train(*trainer, p.samples, p.batch, 1e-3);
}

int check_runs(const Problem& p) {
    const Images images(p.net, p.samples);
    const TrainerOptions options = options_for(p.net, OptimizerKind::adam);
    const auto reference = started(reference::make_trainer(options), p.net, images.samples());
    const std::vector<double> expected = train(*reference, p.samples, p.batch, 1e-3);
    cuda::Tuning graph, streamed;
    graph.schedule = cuda::Schedule::graph;
    streamed.resident_limit = 0;
    streamed.slice_bytes = 100000;
    const std::vector<double> first = losses({}, p, images);
    int failed = report("losses of a few steps, " + p.name, distance(first, expected), 1e-5);
    failed += report("the same bits on a second run", distance(losses({}, p, images), first), 0);
    failed += report("the same bits from a graph", distance(losses(graph, p, images), first), 0);
    failed += report("the same bits from a streamed set", distance(losses(streamed, p, images), first), 0);
    return failed;
}

} // namespace

int check_agreement(bool small) {
    const bool tensor_cores = cuda::device_info(0).architecture_major >= 8;
    int failed = 0;
    for (const int64_t batch : {1, 31, 320}) {
        if (small && batch == 320)
            break;
        if (!small)
            failed += check_gradients({"784-312-256-10", {{784, 312, 256, 10}}, batch, batch}, tensor_cores);
        failed += check_gradients({"13-7-1-40", {{13, 7, 1, 40}}, batch, batch}, tensor_cores);
        for (const Way& way : kOthers) {
            if (small)
                failed += check_gradients({"13-7-1-40", {{13, 7, 1, 40}}, batch, batch}, tensor_cores, way);
        }
    }
    failed += check_gradients({"99-7", {{99, 7}}, 50, 50}, tensor_cores);
    failed += check_runs({"97-33-17-5, ragged", {{97, 33, 17, 5}}, 32, 300});
    return failed;
}

} // namespace mn::bench
