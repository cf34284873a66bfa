// Every backend against PyTorch's float64 runs in tests/golden.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "support/cross_entropy_cases.h"
#include "support/npz.h"
#include "support/runs.h"

namespace mn::test {

namespace {

// Of a golden run's steps those that are made: fewer where each takes seconds, as on a device that is emulated.
int64_t steps_of(int64_t all) {
    const char* most = std::getenv("MN_GOLDEN_STEPS");
    return most == nullptr ? all : std::min<int64_t>(all, std::atoll(most));
}

// The part of a golden run's values, all steps' one after the other, that so many of its steps have.
std::vector<double> part_of(const std::vector<double>& values, int64_t steps, int64_t all) {
    return {values.begin(), values.begin() + static_cast<int64_t>(values.size()) / all * steps};
}

class Golden : public VariantTest {
  protected:
    std::function<double(double)> bound() const {
        return [this](double b) { return variant().bound(b); };
    }
    std::function<double(double)> parameter_bound() const {
        return [this](double b) { return variant().parameter_bound(b); };
    }
};

// Sample i is the i-th unit vector and the weight [classes, samples] the transposed logits: a net of one layer whose
// logits are the given ones, and whose weight gradient is the transposed gradient by the logits.
struct LogitsAsNet {
    Net net;
    OwnedData data;
    std::vector<double> parameters;

    explicit LogitsAsNet(const CrossEntropyCase& c)
        : net{{static_cast<int32_t>(c.labels.size()), static_cast<int32_t>(c.logits.size() / c.labels.size())}} {
        data.features = net.features();
        data.labels = c.labels;
        data.floats.assign(static_cast<size_t>(net.features() * net.features()), 0);
        for (int64_t i = 0; i < net.features(); ++i)
            data.floats[static_cast<size_t>(i * (net.features() + 1))] = 1;
        parameters = transposed(c.logits, net.features(), net.classes());
        // what a float32 backend holds
        for (double& p : parameters)
            p = static_cast<float>(p);
        parameters.resize(static_cast<size_t>(net.parameter_count()), 0);
    }

    static std::vector<double> transposed(const std::vector<double>& values, int64_t rows, int64_t columns) {
        std::vector<double> out(values.size());
        for (int64_t r = 0; r < rows; ++r) {
            for (int64_t c = 0; c < columns; ++c) {
                out[static_cast<size_t>(c * rows + r)] = values[static_cast<size_t>(r * columns + c)];
            }
        }
        return out;
    }
};

// The logits were rounded to float32, so the bound is float32's on every floor; loss_test.cpp has float64.
double single(double b) {
    return 1e-6 + 1e-5 * std::abs(b);
}

} // namespace

TEST_P(Golden, cross_entropy_in_training) {
    const Archive golden = read_golden("cross_entropy.npz");
    for (const CrossEntropyCase& c : cross_entropy_cases(golden)) {
        if (c.options.reduction == Reduction::none)
            continue; // not for training; see the next test
        const LogitsAsNet one(c);
        Plan plan;
        plan.samples = plan.batch_size = one.data.count();
        Gradient got = first_gradient(variant(), one.net, c.options, one.data.samples(), plan, one.parameters);
        got.values.resize(c.logits.size()); // without the bias
        EXPECT_TRUE(all_within({got.loss}, member(golden, c.name + "_f64_loss").values, single)) << c.name;
        const std::vector<double> expected =
            LogitsAsNet::transposed(member(golden, c.name + "_f64_grad").values, one.net.features(), one.net.classes());
        EXPECT_TRUE(all_within(got.values, expected, single)) << c.name;
    }
}

TEST_P(Golden, cross_entropy_per_sample_in_evaluation) {
    const Archive golden = read_golden("cross_entropy.npz");
    for (const CrossEntropyCase& c : cross_entropy_cases(golden)) {
        if (c.options.reduction != Reduction::none)
            continue;
        const LogitsAsNet one(c);
        TrainerOptions options;
        options.net = one.net;
        options.loss = c.options;
        options.loss.reduction = Reduction::mean;
        const std::unique_ptr<Trainer> trainer = make_trainer(options, variant());
        write(*trainer, Slot::parameters, one.parameters);
        std::vector<double> losses;
        for (int64_t i = 0; i < one.data.count(); ++i) {
            losses.push_back(trainer->evaluate(one.data.samples(), i, 1, nullptr).objective_sum);
        }
        EXPECT_TRUE(all_within(losses, member(golden, c.name + "_f64_loss").values, single)) << c.name;
    }
}

TEST_P(Golden, optimizers) {
    const Archive golden = read_golden("optimizers.npz");
    const std::vector<double>&x = member(golden, "x").values, &y = member(golden, "y").values;
    OwnedData data;
    data.features = 4;
    data.floats.assign(x.begin(), x.end());
    data.labels.assign(y.begin(), y.end());
    for (const OptimizerCase& c : optimizer_cases()) {
        TrainerOptions options;
        options.net = {{4, 5, 3}};
        options.optimizer = c.options;
        const std::unique_ptr<Trainer> trainer = make_trainer(options, variant());
        write(*trainer, Slot::parameters, flat_parameters(golden, "init"));
        trainer->bind(data.samples());
        Plan plan;
        plan.samples = plan.batch_size = 6;
        plan.learning_rate = c.learning_rate;
        std::vector<double> losses, parameters;
        const int64_t all = 50, steps = steps_of(all);
        for (int64_t step = 0; step < steps; ++step) {
            losses.push_back(train(*trainer, plan).results.front().objective);
            const std::vector<double> now = read(*trainer, Slot::parameters, options.net);
            parameters.insert(parameters.end(), now.begin(), now.end());
        }
        const auto part = [&](const char* what) { return part_of(member(golden, c.name + what).values, steps, all); };
        EXPECT_TRUE(all_within(losses, part("_f64_loss"), bound())) << c.name;
        EXPECT_TRUE(all_within(parameters, part("_f64_params"), parameter_bound())) << c.name;
    }
}

namespace {

// The losses of so many steps from the golden file's start, batches in file order and round again.
std::unique_ptr<Trainer> golden_run(const Variant& variant, const TrainerOptions& options, const OwnedData& data,
                                    int64_t steps, int64_t batch_size, double learning_rate,
                                    const std::vector<double>& start, std::vector<double>& losses) {
    std::unique_ptr<Trainer> trainer = make_trainer(options, variant);
    write(*trainer, Slot::parameters, start);
    trainer->bind(data.samples());
    Plan plan;
    plan.order = cyclic_order(data.count() / batch_size * batch_size, steps * batch_size);
    plan.batch_size = batch_size;
    plan.learning_rate = learning_rate;
    losses = train(*trainer, plan).losses();
    return trainer;
}

OptimizerOptions plain(OptimizerKind kind) {
    OptimizerOptions options;
    options.kind = kind;
    return options;
}

// Per parameter tensor: sum, sum of squares, first, middle and last value.
std::vector<double> checksums(const Net& net, const std::vector<double>& parameters) {
    std::vector<double> out;
    const auto add = [&](int64_t offset, int64_t count) {
        const double* v = parameters.data() + offset;
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < count; ++i) {
            sum += v[i];
            squares += v[i] * v[i];
        }
        out.insert(out.end(), {sum, squares, v[0], v[count / 2], v[count - 1]});
    };
    for (int l = 0; l < net.layers(); ++l) {
        add(net.weight_offset(l), net.fan_in(l) * net.fan_out(l));
        add(net.bias_offset(l), net.fan_out(l));
    }
    return out;
}

} // namespace

TEST_P(Golden, small_nets) {
    const OwnedData data = mnist(3200);
    struct Case {
        const char* file;
        OptimizerKind kind;
        int64_t batch_size;
        double learning_rate;
    };
    for (const Case& c : {Case{"small_adam.npz", OptimizerKind::adam, 320, 2e-5},
                          Case{"small_adam_lr1e-3.npz", OptimizerKind::adam, 320, 1e-3},
                          Case{"small_sgd.npz", OptimizerKind::sgd, 64, 0.01}}) {
        const Archive golden = read_golden(c.file);
        TrainerOptions options;
        options.net = {{784, 32, 16, 10}};
        options.optimizer = plain(c.kind);
        const std::vector<double> start = flat_parameters(golden, "init");
        std::vector<double> losses;
        const int64_t all = 200, steps = steps_of(all);
        const auto trainer = golden_run(variant(), options, data, steps, c.batch_size, c.learning_rate, start, losses);
        EXPECT_TRUE(all_within(losses, part_of(member(golden, "loss_f64").values, steps, all), bound())) << c.file;
        if (variant().exact() && steps == all) { // float32's own weights are 9e-5 off by now
            EXPECT_TRUE(all_within(read(*trainer, Slot::parameters, options.net), flat_parameters(golden, "final_f64"),
                                   bound()))
                << c.file;
        }
        Plan first;
        first.samples = first.batch_size = c.batch_size;
        const Gradient gradient = first_gradient(variant(), options.net, {}, data.samples(), first, start);
        EXPECT_TRUE(all_within(gradient.values, flat_parameters(golden, "grad1_f64"), bound())) << c.file;
    }
}

// determinism_test.cpp shows that thread counts change no bit of this net.
class GoldenFull : public Golden {};

TEST_P(GoldenFull, adam) {
    const Archive golden = read_golden("full_adam.npz");
    TrainerOptions options;
    options.net = {{784, 312, 256, 10}};
    const std::vector<double> start = initial(options.net, 0);
    const auto exact = [](double b) { return 1e-10 * (1 + std::abs(b)); };
    ASSERT_TRUE(all_within(checksums(options.net, start), member(golden, "init_checksums").values, exact));
    std::vector<double> losses;
    const auto trainer = golden_run(variant(), options, mnist(59840), 200, 320, 2e-5, start, losses);
    EXPECT_TRUE(all_within(losses, member(golden, "loss_f64").values, bound()));
    if (variant().exact()) {
        const std::vector<double> end = read(*trainer, Slot::parameters, options.net);
        EXPECT_TRUE(all_within(checksums(options.net, end), member(golden, "final_checksums_f64").values, bound()));
        // the file has them rounded to float32
        EXPECT_TRUE(all_within(end, flat_parameters(golden, "final_f64_as_f32"),
                               [](double b) { return 1e-10 + 0x1p-24 * std::abs(b); }));
    }
}

TEST_P(GoldenFull, sgd) {
    const Archive golden = read_golden("full_sgd.npz");
    TrainerOptions options;
    options.net = {{784, 512, 256, 10}};
    options.optimizer = plain(OptimizerKind::sgd);
    const std::vector<double> start = initial(options.net, 0);
    const auto exact = [](double b) { return 1e-10 * (1 + std::abs(b)); };
    ASSERT_TRUE(all_within(checksums(options.net, start), member(golden, "init_checksums").values, exact));
    std::vector<double> losses;
    const auto trainer = golden_run(variant(), options, mnist(12800), 200, 64, 0.01, start, losses);
    EXPECT_TRUE(all_within(losses, member(golden, "loss_f64").values, bound()));
    if (variant().exact()) {
        const std::vector<double> end = read(*trainer, Slot::parameters, options.net);
        EXPECT_TRUE(all_within(checksums(options.net, end), member(golden, "final_checksums_f64").values, bound()));
    }
}

MN_ON_VARIANTS(Golden, all_variants());
MN_HEAVY_ON_VARIANTS(GoldenFull, variants_by_isa());

} // namespace mn::test
