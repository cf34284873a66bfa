// The phases of the article's step on one thread, each by itself.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cpu/float32/pass.h"
#include "cpu/kernels/isa.h"
#include "cpu/loss.h"
#include "cpu/update.h"
#include "net/initialise.h"
#include "support.h"

namespace mn::bench {

namespace {

using namespace mn::cpu;

constexpr int64_t kRows = 320;

// A net and its pass after one forward and backward walk.
struct Fixture {
    const Kernels& kernels;
    Net net = article_net();
    Images images;
    Data samples;
    Selection selection;
    UpdateRule rule = rule_of({});
    TrainingState state;
    ArithmeticParts parts;
    float32::Weights weights;
    float32::Pass pass;
    std::vector<RowResult> results = std::vector<RowResult>(kRows);
    std::vector<double> scratch = std::vector<double>(20);
    std::unique_ptr<Loss> loss;
    Updater updater;
    Worker worker;

    Fixture(const std::string& isa, bool dense)
        : kernels(kernels_of(isa)), images(kRows, dense),
          samples(images.samples()), selection{&samples, nullptr, 0, kRows},
          state(net, rule), parts{kernels, net, state.parameters, Purpose::training}, weights(net, Purpose::training),
          pass(parts, weights, kRows), loss(make_loss({}, net.classes())),
          updater(kernels, rule, step_constants({}, 2e-5, 1), state) {
        const std::vector<float> initial = initial_parameters(net, 0);
        state.parameters.pack(initial);
        weights.refresh(kernels, state.parameters);
        run_forward();
        run_loss();
        run_backward(2);
        run_backward(1);
    }

    void run_forward() { pass.forward(selection, worker); }
    void run_loss() {
        loss->rows(pass.logits(), {selection, images.labels.data(), nullptr}, {0, kRows}, kRows, &pass.gradient(),
                   results.data(), scratch.data());
    }
    void run_backward(size_t l) { pass.backward(l, kRows, worker); }
    void run_update(size_t l) { pass.update(l, kRows, updater, worker); }
    double product_flop(int l) const { return 2.0 * static_cast<double>(kRows * net.fan_in(l) * net.fan_out(l)); }
};

template <class Run>
void add(const std::string& name, std::shared_ptr<Fixture> fixture, double flop, Run run) {
    benchmark::RegisterBenchmark(name.c_str(), [fixture, flop, run](benchmark::State& state) {
        for (auto _ : state)
            run(*fixture);
        if (flop > 0)
            report_flop(state, flop, 1);
    })->Unit(benchmark::kMicrosecond);
}

void register_level(const std::string& isa, bool dense) {
    const std::string name = "phase/" + isa + (dense ? "/dense/" : "/sparse/");
    const auto fixture = std::make_shared<Fixture>(isa, dense);
    add(name + "stage", fixture, 0, [](Fixture& f) { f.pass.batch().stage(f.kernels, f.selection, f.worker); });
    add(name + "stage_and_forward", fixture, fixture->product_flop(0) + fixture->product_flop(1),
        [](Fixture& f) { f.run_forward(); });
    add(name + "update_1", fixture, fixture->product_flop(0), [](Fixture& f) { f.run_update(0); });
    if (!dense)
        return; // the others don't see the pixels
    add(name + "loss", fixture, 0, [](Fixture& f) { f.run_loss(); });
    add(name + "backward_3", fixture, fixture->product_flop(2), [](Fixture& f) { f.run_backward(2); });
    add(name + "backward_2", fixture, fixture->product_flop(1), [](Fixture& f) { f.run_backward(1); });
    add(name + "update_3", fixture, fixture->product_flop(2), [](Fixture& f) { f.run_update(2); });
    add(name + "update_2", fixture, fixture->product_flop(1), [](Fixture& f) { f.run_update(1); });
}

} // namespace

void register_phases() {
    for (const std::string& isa : {best_isa(), std::string("avx2")}) {
        const std::vector<std::string> usable = isa_levels();
        if (std::find(usable.begin(), usable.end(), isa) == usable.end())
            continue;
        register_level(isa, false);
        register_level(isa, true);
    }
}

} // namespace mn::bench
