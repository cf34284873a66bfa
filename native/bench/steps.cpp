// The whole training step by variant: instruction set, threads, precision, input, batch size, net.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "cpu/floor.h"
#include "cpu/kernels/isa.h"
#include "machine/cores.h"
#include "machine/isa.h"
#include "net/initialise.h"
#include "support.h"

namespace mn::bench {

namespace {

struct Variant {
    std::string name;
    TrainerOptions options;
    int64_t batch = 320;
    bool dense = false;
};

void step(benchmark::State& state, const Variant& variant) {
    constexpr int64_t kSteps = 4; // in one chunk
    const Images images(variant.batch * kSteps, variant.dense);
    const auto trainer = cpu::make_trainer(variant.options);
    const std::vector<float> initial = initial_parameters(variant.options.net, 0);
    trainer->write(Slot::parameters, initial);
    trainer->bind(images.samples());
    const std::vector<double> learning_rates(kSteps, 2e-5);
    std::vector<StepResult> results(kSteps);
    const Chunk chunk{nullptr, 0, images.count, variant.batch, learning_rates.data()};
    for (auto _ : state)
        trainer->train(chunk, results);
    state.counters["step"] =
        benchmark::Counter(kSteps, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
    report_flop(state, kSteps * step_flop(variant.options.net, variant.batch), variant.options.placement.threads);
}

void add(Variant variant, const std::string& isa, int threads, Precision precision) {
    Placement& place = variant.options.placement;
    place.isa = isa;
    place.threads = threads;
    place.precision = precision;
    const bool bf16 = precision == Precision::bf16;
    const std::string name = "step/" + variant.name + "/" + (bf16 ? "bf16" : "float32_" + isa) +
                             (variant.dense ? "/dense" : "/sparse") + "/batch:" + std::to_string(variant.batch) +
                             "/threads:" + std::to_string(threads);
    benchmark::RegisterBenchmark(name.c_str(), step, variant)->Unit(benchmark::kMillisecond)->UseRealTime();
}

void add_precisions(const Variant& variant, int threads) {
    add(variant, cpu::best_isa(), threads, Precision::float32);
    if (machine_has_bf16())
        add(variant, "", threads, Precision::bf16);
}

// Beside ReLU.
constexpr std::pair<const char*, ActivationKind> kOthers[] = {
    {"leaky_relu", ActivationKind::leaky_relu}, {"elu", ActivationKind::elu},   {"tanh", ActivationKind::tanh},
    {"sigmoid", ActivationKind::sigmoid},       {"gelu", ActivationKind::gelu}, {"silu", ActivationKind::silu},
};

} // namespace

void register_steps() {
    const int most = std::min(usable_cores(), 2);
    for (int threads = 1; threads <= most; ++threads) {
        for (const bool dense : {false, true}) {
            Variant article{"article", {}, 320, dense};
            article.options.net = article_net();
            for (const std::string& isa : cpu::isa_levels()) {
                if (isa != cpu::best_isa())
                    add(article, isa, threads, Precision::float32);
            }
            for (const int64_t batch : {1, 16, 32, 64, 320, 1024, 4096}) {
                article.batch = batch;
                add_precisions(article, threads);
            }
            Variant dropping = article; // beside the article's own, in pairs
            dropping.name = "article_dropout";
            dropping.batch = 320;
            dropping.options.net.input_dropout = 0.2;
            dropping.options.net.hidden_dropout = 0.5;
            add_precisions(dropping, threads);
            for (const auto& [name, kind] : kOthers) {
                Variant other = article;
                other.name = std::string("article_") + name;
                other.batch = 320;
                other.options.net.activations.assign(2, kind); // behind each hidden layer
                add_precisions(other, threads);
            }
            Variant small{"small", {}, 1, dense};
            small.options.net = {{784, 32, 10}};
            for (const int64_t batch : {1, 16, 64, 320}) {
                small.batch = batch;
                add_precisions(small, threads);
            }
            Variant wide{"wide", {}, 320, dense};
            wide.options.net = wide_net();
            add_precisions(wide, threads);
        }
    }
}

} // namespace mn::bench
