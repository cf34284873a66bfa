#include "support/runs.h"

#include <cmath>

#include "net/initialise.h"
#include "reference/trainer.h"

namespace mn::test {

std::vector<double> Trained::losses() const {
    std::vector<double> values;
    for (const StepResult& result : results)
        values.push_back(result.objective);
    return values;
}

Trained train(Trainer& trainer, const Plan& plan) {
    Chunk chunk;
    chunk.order = plan.order.empty() ? nullptr : plan.order.data();
    chunk.first = plan.first;
    chunk.samples = plan.order.empty() ? plan.samples : static_cast<int64_t>(plan.order.size());
    chunk.batch_size = plan.batch_size;
    chunk.seed = plan.seed;
    const std::vector<double> rates(static_cast<size_t>(chunk.steps()), plan.learning_rate);
    chunk.learning_rates = rates.data();
    Trained trained;
    trained.results.resize(rates.size());
    trained.chunk = trainer.train(chunk, trained.results);
    return trained;
}

std::vector<double> read(const Trainer& trainer, Slot slot, const Net& net) {
    const size_t count = static_cast<size_t>(net.parameter_count());
    if (const auto* exact = dynamic_cast<const reference::DoubleState*>(&trainer)) {
        std::vector<double> values(count);
        exact->read_exactly(slot, values);
        return values;
    }
    std::vector<float> values(count);
    trainer.read(slot, values);
    return {values.begin(), values.end()};
}

void write(Trainer& trainer, Slot slot, const std::vector<double>& values) {
    if (auto* exact = dynamic_cast<reference::DoubleState*>(&trainer)) {
        exact->write_exactly(slot, values);
        return;
    }
    std::vector<float> rounded;
    for (double value : values)
        rounded.push_back(static_cast<float>(value));
    trainer.write(slot, rounded);
}

std::vector<double> initial(const Net& net, uint64_t seed) {
    const std::vector<float> values = initial_parameters(net, seed);
    return {values.begin(), values.end()};
}

Gradient first_gradient(const Variant& variant, const Net& net, const LossOptions& loss, const Data& samples,
                        const Plan& plan, const std::vector<double>& parameters) {
    TrainerOptions options;
    options.net = net;
    options.loss = loss;
    options.optimizer.kind = OptimizerKind::sgd;
    options.optimizer.momentum = 0.9;
    const std::unique_ptr<Trainer> trainer = make_trainer(options, variant);
    write(*trainer, Slot::parameters, parameters);
    trainer->bind(samples);
    Plan once = plan;
    once.learning_rate = 0;
    const Trained trained = train(*trainer, once);
    return {trained.results.front().objective, read(*trainer, Slot::first_moment, net)};
}

testing::AssertionResult all_within(const std::vector<double>& a, const std::vector<double>& b,
                                    const std::function<double(double)>& bound) {
    if (a.size() != b.size()) {
        return testing::AssertionFailure() << a.size() << " values against " << b.size();
    }
    size_t worst = 0, bad = 0;
    double largest = -1;
    for (size_t i = 0; i < a.size(); ++i) {
        const double ratio = std::abs(a[i] - b[i]) / bound(b[i]);
        if (ratio <= 1)
            continue;
        ++bad; // a NaN too
        if (!(ratio <= largest)) {
            largest = ratio;
            worst = i;
        }
    }
    if (bad == 0)
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << bad << " of " << a.size() << " values are off; the worst at " << worst << ": "
                                       << a[worst] << " against " << b[worst] << ", off by "
                                       << std::abs(a[worst] - b[worst]) << " where " << bound(b[worst])
                                       << " is allowed";
}

namespace {

OptimizerOptions adam(OptimizerKind kind, double weight_decay, bool amsgrad) {
    OptimizerOptions options;
    options.kind = kind;
    options.weight_decay = weight_decay;
    options.amsgrad = amsgrad;
    return options;
}

OptimizerOptions sgd(double momentum, double dampening, bool nesterov, double weight_decay) {
    OptimizerOptions options;
    options.kind = OptimizerKind::sgd;
    options.momentum = momentum;
    options.dampening = dampening;
    options.nesterov = nesterov;
    options.weight_decay = weight_decay;
    return options;
}

} // namespace

// As optimizers.json has them; AdamW's default weight_decay is 0.01.
std::vector<OptimizerCase> optimizer_cases() {
    OptimizerOptions betas_eps = adam(OptimizerKind::adam, 0, false);
    betas_eps.beta1 = 0.8;
    betas_eps.beta2 = 0.99;
    betas_eps.eps = 1e-3;
    return {
        {"adam", adam(OptimizerKind::adam, 0, false), 0.01},
        {"adam_wd", adam(OptimizerKind::adam, 0.1, false), 0.01},
        {"adam_amsgrad", adam(OptimizerKind::adam, 0, true), 0.1},
        {"adam_amsgrad_wd", adam(OptimizerKind::adam, 0.1, true), 0.1},
        {"adam_betas_eps", betas_eps, 0.01},
        {"adamw", adam(OptimizerKind::adamw, 0.01, false), 0.01},
        {"adamw_wd_amsgrad", adam(OptimizerKind::adamw, 0.1, true), 0.1},
        {"sgd", sgd(0, 0, false, 0), 0.1},
        {"sgd_momentum", sgd(0.9, 0, false, 0), 0.1},
        {"sgd_dampening", sgd(0.9, 0.5, false, 0), 0.1},
        {"sgd_nesterov", sgd(0.9, 0, true, 0), 0.1},
        {"sgd_wd", sgd(0, 0, false, 0.1), 0.1},
        {"sgd_nesterov_wd", sgd(0.9, 0, true, 0.1), 0.1},
    };
}

} // namespace mn::test
