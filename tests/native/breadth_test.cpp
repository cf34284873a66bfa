// Every floor against PyTorch's float64 runs in tests/golden/breadth: cases.json has, for each, what it is made of and
// the loss of every step.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "support/json.h"
#include "support/npz.h"
#include "support/runs.h"

namespace mn::test {

namespace {

const Json& all_cases() {
    static const Json cases = parse_json(read_golden_bytes("breadth/cases.json"));
    return cases;
}

Array array_of(const Json& c, const std::string& key) {
    return read_golden_array("breadth/" + c.at(key).text);
}

// Of a list with commas: one for all hidden layers, or one each.
std::vector<Activation> activations_of(const Json& c) {
    static const std::string kNames[] = {"relu",    "identity", "leaky_relu", "elu",       "selu",
                                         "sigmoid", "tanh",     "gelu",       "gelu_tanh", "silu"};
    std::vector<Activation> listed;
    std::istringstream names(c.text_or("activation", "relu"));
    for (std::string name; std::getline(names, name, ',');) {
        const auto found = std::find(std::begin(kNames), std::end(kNames), name);
        if (found == std::end(kNames))
            throw std::runtime_error("no activation " + name);
        listed.push_back(static_cast<ActivationKind>(found - std::begin(kNames)));
    }
    listed.resize(c.at("layers").elements.size() - 2, listed.front());
    return listed;
}

std::vector<float> floats_of(const std::vector<double>& values) {
    return {values.begin(), values.end()};
}

LossOptions loss_of(const Json& c) {
    static const std::string kNames[] = {"cross_entropy", "bce", "mse", "l1", "smooth_l1", "huber"};
    LossOptions loss;
    const auto found = std::find(std::begin(kNames), std::end(kNames), c.text_or("loss", kNames[0]));
    if (found == std::end(kNames))
        throw std::runtime_error("no loss " + c.at("loss").text);
    loss.kind = static_cast<LossKind>(found - std::begin(kNames));
    loss.parameter = c.number_or("beta", c.number_or("delta", 1));
    loss.label_smoothing = c.number_or("smoothing", 0);
    if (c.has("class_weights"))
        loss.class_weights = floats_of(c.at("class_weights").numbers());
    if (c.has("pos_weight"))
        loss.pos_weight = floats_of(c.at("pos_weight").numbers());
    return loss;
}

TrainerOptions options_of(const Json& c) {
    TrainerOptions options;
    for (const double size : c.at("layers").numbers())
        options.net.sizes.push_back(static_cast<int32_t>(size));
    options.net.activations = activations_of(c);
    options.loss = loss_of(c);
    options.net.input_dropout = c.number_or("input_dropout", 0);
    options.net.hidden_dropout = c.number_or("dropout", 0);
    if (c.text_or("optimizer", "adam") == "sgd") {
        options.optimizer.kind = OptimizerKind::sgd;
        options.optimizer.momentum = 0.9;
    }
    return options;
}

OwnedData data_of(const Json& c) {
    OwnedData data;
    const Array images = array_of(c, "images");
    data.features = images.shape[1];
    if (images.type == "|u1") {
        data.bytes.assign(images.values.begin(), images.values.end());
        data.scale = 1.0 / 255;
    } else {
        data.floats.assign(images.values.begin(), images.values.end());
    }
    data.labels.resize(static_cast<size_t>(images.shape[0]));
    if (c.has("labels")) {
        const Array labels = array_of(c, "labels");
        data.labels.assign(labels.values.begin(), labels.values.end());
    } else {
        const Array targets = array_of(c, "targets");
        data.targets = floats_of(targets.values);
        data.outputs = targets.shape[1];
    }
    if (c.has("weights"))
        data.sample_weights = floats_of(array_of(c, "weights").values);
    return data;
}

std::unique_ptr<Trainer> started(const Json& c, const Variant& variant, const OwnedData& data) {
    const TrainerOptions options = options_of(c);
    std::unique_ptr<Trainer> trainer = make_trainer(options, variant);
    write(*trainer, Slot::parameters, initial(options.net, static_cast<uint64_t>(c.at("seed").number)));
    trainer->bind(data.samples());
    return trainer;
}

// The losses of the first steps: epoch by epoch, each in file order with a last batch of what is left.
std::vector<double> losses_of(const Json& c, const OwnedData& data, Trainer& trainer, size_t steps) {
    Plan epoch;
    epoch.samples = data.count();
    epoch.batch_size = static_cast<int64_t>(c.at("batch").number);
    epoch.learning_rate = c.at("lr").number;
    epoch.seed = static_cast<uint64_t>(c.at("seed").number);
    std::vector<double> losses;
    while (losses.size() < steps) {
        const auto left = static_cast<int64_t>(steps - losses.size());
        epoch.samples = std::min(data.count(), left * epoch.batch_size);
        const std::vector<double> more = train(trainer, epoch).losses();
        losses.insert(losses.end(), more.begin(), more.end());
    }
    return losses;
}

// Fewer where each takes seconds, as on a device that is emulated.
size_t steps_of(const Json& c) {
    const char* most = std::getenv("MN_GOLDEN_STEPS");
    const size_t all = c.at("losses").elements.size();
    return most == nullptr ? all : std::min(all, static_cast<size_t>(std::atoll(most)));
}

class Breadth : public VariantTest {
  protected:
    // Calls run(name, case) for each case.
    template <class Run>
    void for_each_case(Run run) const {
        for (const auto& [name, c] : all_cases().members)
            run(name, c);
    }
};

} // namespace

// PyTorch's own float32 stays below 1e-6.
TEST_P(Breadth, losses_of_every_step) {
    for_each_case([&](const std::string& name, const Json& c) {
        const OwnedData data = data_of(c);
        const std::unique_ptr<Trainer> trainer = started(c, variant(), data);
        std::vector<double> want = c.at("losses").numbers();
        want.resize(steps_of(c));
        const std::vector<double> got = losses_of(c, data, *trainer, want.size());
        const double most = variant().exact() ? 1e-10 : 5e-6;
        EXPECT_TRUE(all_within(got, want, [&](double b) { return most * std::abs(b); })) << name;
    });
}

TEST_P(Breadth, same_bits_for_1_2_3_and_7_threads) {
    if (variant().placement.device != DeviceKind::cpu)
        GTEST_SKIP() << "only the CPU's threads can be chosen";
    for_each_case([&](const std::string& name, const Json& c) {
        const OwnedData data = data_of(c);
        std::vector<std::vector<double>> seen;
        for (const int threads : {1, 2, 3, 7}) {
            Variant changed = variant();
            changed.placement.threads = threads;
            const std::unique_ptr<Trainer> trainer = started(c, changed, data);
            std::vector<double> all = losses_of(c, data, *trainer, 16);
            const std::vector<double> parameters = read(*trainer, Slot::parameters, options_of(c).net);
            all.insert(all.end(), parameters.begin(), parameters.end());
            seen.push_back(all);
            EXPECT_EQ(seen.back(), seen.front()) << name << ", " << threads << " threads";
        }
    });
}

MN_ON_VARIANTS(Breadth, variants_by_isa());

} // namespace mn::test
