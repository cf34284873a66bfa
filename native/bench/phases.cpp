// The phases of the article's step on one thread, each by itself, for the article's batch and a large one.
#include <functional>
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

// A net and its pass after one forward and backward walk.
struct Fixture {
    const Kernels& kernels;
    const int64_t rows;
    Net net = article_net();
    Images images;
    Data samples;
    Selection selection;
    UpdateRule rule = rule_of({});
    TrainingState state;
    ArithmeticParts parts;
    float32::Weights weights;
    float32::Pass pass;
    std::vector<RowResult> results;
    std::vector<double> scratch = std::vector<double>(20);
    std::unique_ptr<Loss> loss;
    Updater updater;
    Worker worker;

    Fixture(const std::string& isa, bool dense, int64_t batch)
        : kernels(kernels_of(isa)), rows(batch), images(rows, dense),
          samples(images.samples()), selection{&samples, nullptr, 0, rows},
          state(net, rule), parts{kernels, net, state.parameters, Purpose::training}, weights(net, Purpose::training),
          pass(parts, weights, rows), results(static_cast<size_t>(rows)), loss(make_loss({}, net.classes())),
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
        loss->rows(pass.logits(), {selection, images.labels.data(), nullptr}, {0, rows}, static_cast<double>(rows),
                   &pass.gradient(), results.data(), scratch.data());
    }
    void run_backward(size_t l) { pass.backward(l, rows, worker); }
    void run_update(size_t l) { pass.update(l, rows, updater, worker); }
    double product_flop(int l) const { return 2.0 * static_cast<double>(rows * net.fan_in(l) * net.fan_out(l)); }
};

// One net for the phases of a kind, made when the first of them is asked for.
class Phases {
  public:
    Phases(const std::string& isa, bool dense, int64_t rows)
        : name_("phase/" + isa + (dense ? "/dense/" : "/sparse/") + "batch:" + std::to_string(rows) + "/"),
          make_([=] { return std::make_unique<Fixture>(isa, dense, rows); }) {}

    // layers: those whose products' operations are reported.
    template <class Run>
    void add(const std::string& phase, std::vector<int> layers, Run run) const {
        const auto measure = [made = made_, make = make_, layers, run](benchmark::State& state) {
            if (!*made)
                *made = make();
            for (auto _ : state)
                run(**made);
            double flop = 0;
            for (const int l : layers)
                flop += (*made)->product_flop(l);
            if (flop > 0)
                report_flop(state, flop, 1);
        };
        benchmark::RegisterBenchmark((name_ + phase).c_str(), measure)->Unit(benchmark::kMicrosecond);
    }

  private:
    std::string name_;
    std::function<std::unique_ptr<Fixture>()> make_;
    std::shared_ptr<std::unique_ptr<Fixture>> made_ = std::make_shared<std::unique_ptr<Fixture>>();
};

void register_level(const std::string& isa, bool dense, int64_t rows) {
    const Phases phases(isa, dense, rows);
    phases.add("stage", {}, [](Fixture& f) { f.pass.batch().stage(f.kernels, f.selection, f.worker); });
    phases.add("stage_and_forward", {0, 1}, [](Fixture& f) { f.run_forward(); });
    phases.add("update_1", {0}, [](Fixture& f) { f.run_update(0); });
    if (!dense)
        return; // the others don't see the pixels
    phases.add("loss", {}, [](Fixture& f) { f.run_loss(); });
    phases.add("backward_3", {2}, [](Fixture& f) { f.run_backward(2); });
    phases.add("backward_2", {1}, [](Fixture& f) { f.run_backward(1); });
    phases.add("update_3", {2}, [](Fixture& f) { f.run_update(2); });
    phases.add("update_2", {1}, [](Fixture& f) { f.run_update(1); });
}

} // namespace

void register_phases() {
    for (const std::string& isa : isa_levels()) {
        if (isa != best_isa() && isa != "avx2")
            continue;
        for (const int64_t rows : {320, 4096}) {
            register_level(isa, false, rows);
            register_level(isa, true, rows);
        }
    }
}

} // namespace mn::bench
