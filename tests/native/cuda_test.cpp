// What only the CUDA backend has: engines, schedules, tile sizes, streaming. All of them must agree.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cuda/floor.h"
#include "cuda/host/device.h"
#include "cuda/host/owners.h"
#include "cuda/host/tuning.h"
#include "cuda/stream_user.h"
#include "reference/floor.h"
#include "support/runs.h"

namespace mn::test {

namespace {

using cuda::Engine;
using cuda::Schedule;
using cuda::Tuning;

Variant cuda_variant() {
    return fast_variants().back();
}

class Cuda : public testing::Test {
  protected:
    void SetUp() override {
        std::string reason;
        if (cuda::device_count(&reason) == 0)
            GTEST_SKIP() << "SKIPPED: no usable GPU: " << reason;
    }
};

TrainerOptions options_for(const Net& net) {
    TrainerOptions options;
    options.net = net;
    options.placement = cuda_variant().placement;
    return options;
}

struct Outcome {
    std::vector<double> losses, parameters;
    bool operator==(const Outcome&) const = default;
};

// Some steps from PyTorch's initial values, the last batch ragged.
Outcome run(Trainer& trainer, const Net& net, const OwnedData& data, const Plan& plan) {
    write(trainer, Slot::parameters, initial(net, 3));
    trainer.bind(data.samples());
    Outcome outcome;
    outcome.losses = train(trainer, plan).losses();
    outcome.parameters = read(trainer, Slot::parameters, net);
    return outcome;
}

Outcome run(const TrainerOptions& options, const Tuning& tuning, const OwnedData& data, const Plan& plan) {
    return run(*cuda::make_trainer(options, tuning), options.net, data, plan);
}

Plan shuffled(int64_t samples, int64_t count, int64_t batch_size) {
    Plan plan;
    plan.order = made_up_order(samples, count, 5);
    plan.batch_size = batch_size;
    plan.learning_rate = 1e-3;
    return plan;
}

// The largest difference, as a share of the largest value.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double worst = 0, largest = 0;
    for (size_t i = 0; i < b.size(); ++i) {
        worst = std::isfinite(a[i]) ? std::max(worst, std::abs(a[i] - b[i])) : INFINITY;
        largest = std::max(largest, std::abs(b[i]));
    }
    return worst / largest;
}

// Momentum at rate 0 leaves the gradient in the first moment.
std::vector<double> gradient(Trainer& trainer, const Net& net, const OwnedData& data) {
    write(trainer, Slot::parameters, initial(net, 3));
    trainer.bind(data.samples());
    Plan plan;
    plan.samples = plan.batch_size = data.count();
    train(trainer, plan);
    return read(trainer, Slot::first_moment, net);
}

TrainerOptions momentum_at(const Net& net) {
    TrainerOptions options = options_for(net);
    options.optimizer.kind = OptimizerKind::sgd;
    options.optimizer.momentum = 0.9;
    return options;
}

} // namespace

TEST_F(Cuda, every_engine_and_tile_size_has_the_references_gradient) {
    const Net net{{70, 37, 45, 5}};
    const OwnedData data = made_up({.count = 67, .features = 70, .classes = 5, .type = PixelType::uint8});
    const TrainerOptions options = momentum_at(net);
    const std::vector<double> expected = gradient(*reference::make_trainer(options), net, data);
    for (int64_t wide_tiles_by : {int64_t{0}, INT64_MAX}) {
        const auto error = [&](Engine engine) {
            Tuning tuning;
            tuning.engine = engine;
            tuning.wide_tiles_by = wide_tiles_by;
            return distance(gradient(*cuda::make_trainer(options, tuning), net, data), expected);
        };
        const double fma = error(Engine::ffma);
        EXPECT_LE(fma, 1e-5) << wide_tiles_by;
        EXPECT_LE(error(Engine::tf32x3), 8 * fma) << wide_tiles_by;
        EXPECT_LE(error(Engine::tf32), 2e-3) << wide_tiles_by;
        EXPECT_LE(error(Engine::bf16), 2e-2) << wide_tiles_by;
    }
}

// Of whichever GPU there is: the stand-in claims several.
TEST_F(Cuda, the_engine_for_float32_is_that_of_the_capability) {
    const DeviceInfo info = cuda::device_info(0);
    const std::string capability =
        std::to_string(info.architecture_major) + "." + std::to_string(info.architecture_minor);
    const bool graphics = capability == "8.6" || capability == "8.9" || info.architecture_major == 12;
    const bool by_fma = graphics || info.architecture_major < 8;
    const std::string text = cuda::make_trainer(options_for({{12, 9, 5}}), Tuning{})->describe();
    EXPECT_NE(text.find("compute capability " + capability), std::string::npos) << text;
    EXPECT_NE(text.find(by_fma ? "float32 (FMA)" : "float32 (3xTF32"), std::string::npos) << text;
}

// More classes than the head phase takes, and a single layer: the loss is a phase of its own then.
TEST_F(Cuda, many_classes_and_one_layer_have_the_references_gradient) {
    for (const Net& net : {Net{{20, 17, 33}}, Net{{20, 100}}, Net{{20, 3}}, Net{{1, 1}}}) {
        const OwnedData data = made_up({.count = 35, .features = net.features(), .classes = net.classes()});
        TrainerOptions options = momentum_at(net);
        options.loss.label_smoothing = 0.1;
        const std::vector<double> expected = gradient(*reference::make_trainer(options), net, data);
        const std::vector<double> got = gradient(*cuda::make_trainer(options, Tuning{}), net, data);
        EXPECT_TRUE(all_within(got, expected, [](double b) { return 1e-6 + 1e-5 * std::abs(b); })) << net.classes();
    }
}

TEST_F(Cuda, one_launch_and_a_graph_give_the_same_bits) {
    const Net net{{30, 20, 40, 4}};
    const OwnedData data = made_up({.count = 50, .features = 30, .classes = 4});
    const Plan plan = shuffled(50, 46, 8);
    Tuning graph;
    graph.schedule = Schedule::graph;
    const TrainerOptions options = options_for(net);
    const Outcome expected = run(options, Tuning{}, data, plan);
    const auto trainer = cuda::make_trainer(options, graph);
    EXPECT_TRUE(run(*trainer, net, data, plan) == expected);
    trainer->set_step(0); // and once more with the graph that is kept
    for (Slot slot : {Slot::first_moment, Slot::second_moment})
        write(*trainer, slot, std::vector<double>(static_cast<size_t>(net.parameter_count()), 0.0));
    EXPECT_TRUE(run(*trainer, net, data, plan) == expected);
}

TEST_F(Cuda, a_streamed_set_gives_the_same_bits) {
    const Net net{{30, 9, 4}};
    const TrainerOptions options = options_for(net);
    for (PixelType type : {PixelType::uint8, PixelType::float32}) {
        const OwnedData data = made_up({.count = 50, .features = 30, .classes = 4, .type = type});
        Plan in_file_order;
        in_file_order.first = 3;
        in_file_order.samples = 43;
        in_file_order.batch_size = 8;
        in_file_order.learning_rate = 1e-3;
        for (const Plan& plan : {shuffled(50, 46, 8), in_file_order}) {
            Tuning streamed;
            streamed.resident_limit = 0;
            streamed.slice_bytes = 700; // two batches of bytes, one of floats
            const Outcome expected = run(options, Tuning{}, data, plan);
            const auto trainer = cuda::make_trainer(options, streamed);
            EXPECT_TRUE(run(*trainer, net, data, plan) == expected);
            EXPECT_NE(trainer->describe().find("streamed"), std::string::npos) << trainer->describe();
        }
    }
}

TEST_F(Cuda, evaluation_in_slices_is_that_of_the_resident_set) {
    const Net net{{30, 9, 4}};
    const TrainerOptions options = options_for(net);
    const OwnedData data = made_up({.count = 50, .features = 30, .classes = 4});
    OwnedData copy = data; // other memory, and too large to be kept on the device
    copy.floats.insert(copy.floats.end(), data.floats.begin(), data.floats.end());
    copy.labels.insert(copy.labels.end(), data.labels.begin(), data.labels.end());
    Tuning tuning;
    tuning.resident_limit = 60 * 132;
    tuning.slice_bytes = 10 * 132;
    const auto trainer = cuda::make_trainer(options, tuning);
    write(*trainer, Slot::parameters, initial(net, 3));
    trainer->bind(data.samples());
    EXPECT_NE(trainer->describe().find("on the device"), std::string::npos) << trainer->describe();
    std::vector<int32_t> a(45), b(45);
    const Evaluation here = trainer->evaluate(data.samples(), 5, 45, a.data());
    const Evaluation there = trainer->evaluate(copy.samples(), 5, 45, b.data());
    EXPECT_EQ(here.loss_sum, there.loss_sum);
    EXPECT_EQ(here.correct, there.correct);
    EXPECT_EQ(here.counted, 45);
    EXPECT_EQ(a, b);
}

TEST_F(Cuda, a_set_that_is_evaluated_again_is_kept_until_it_changes) {
    const Net net{{30, 9, 4}};
    const TrainerOptions options = options_for(net);
    OwnedData data = made_up({.count = 700, .features = 30, .classes = 4});
    const auto evaluated = [&](Trainer& trainer, int64_t first, int64_t count) {
        std::vector<int32_t> predictions(static_cast<size_t>(count));
        const Evaluation sums = trainer.evaluate(data.samples(), first, count, predictions.data());
        return std::pair(sums.loss_sum, predictions);
    };
    const auto made = [&](int64_t limit) {
        Tuning tuning;
        tuning.resident_limit = limit;
        auto trainer = cuda::make_trainer(options, tuning);
        write(*trainer, Slot::parameters, initial(net, 3));
        return trainer;
    };
    const auto keeps = made(INT64_MAX), streams = made(0);
    const auto first = evaluated(*streams, 0, 700);
    EXPECT_EQ(evaluated(*keeps, 0, 700), first);
    const int64_t bytes = keeps->bytes();
    EXPECT_GE(bytes, 700 * 132);
    EXPECT_EQ(evaluated(*keeps, 0, 700), first);
    EXPECT_EQ(evaluated(*keeps, 500, 11), evaluated(*streams, 500, 11));
    EXPECT_EQ(keeps->bytes(), bytes);
    data.floats[30 * 510] += 1;
    data.labels[3] = (data.labels[3] + 1) % 4;
    EXPECT_NE(evaluated(*keeps, 0, 700).first, first.first);
    EXPECT_EQ(evaluated(*keeps, 0, 700), evaluated(*streams, 0, 700));
    keeps->bind(data.samples()); // the training set has the first right to the memory
    EXPECT_EQ(evaluated(*keeps, 0, 700), evaluated(*streams, 0, 700));
}

TEST_F(Cuda, a_models_evaluation_is_the_trainers) {
    const Net net{{30, 9, 4}};
    TrainerOptions options = options_for(net);
    options.loss.ignore_index = 2;
    options.loss.label_smoothing = 0.1;
    const OwnedData data = made_up({.count = 4200, .features = 30, .classes = 4}); // more than go through at once
    const auto trainer = cuda::make_trainer(options, Tuning{});
    write(*trainer, Slot::parameters, initial(net, 3));
    std::vector<float> parameters(static_cast<size_t>(net.parameter_count()));
    trainer->read(Slot::parameters, parameters);
    const auto model = cuda::make_model(net, options.placement, parameters);
    std::vector<int32_t> a(4190), b(4190);
    const Evaluation expected = trainer->evaluate(data.samples(), 10, 4190, a.data());
    const Evaluation got =
        model->evaluate(data.samples(), 10, 4190, {.ignore_index = options.loss.ignore_index}, b.data());
    EXPECT_EQ(got.loss_sum, expected.loss_sum);
    EXPECT_EQ(got.objective_sum, got.loss_sum);
    EXPECT_NE(expected.objective_sum, expected.loss_sum);
    EXPECT_EQ(got.correct, expected.correct);
    EXPECT_EQ(got.counted, expected.counted);
    EXPECT_EQ(a, b);
    EXPECT_EQ(model->evaluate(data.samples(), 0, 0, {}, nullptr).counted, 0);
}

TEST_F(Cuda, a_streamed_chunk_that_diverges_is_restored) {
    const Net net{{12, 6, 3}};
    OwnedData data = made_up({.count = 40, .features = 12, .classes = 3});
    data.floats[12 * 21] = INFINITY; // in the third batch of eight
    Tuning streamed;
    streamed.resident_limit = 0;
    streamed.slice_bytes = 1;
    const auto trainer = cuda::make_trainer(options_for(net), streamed);
    write(*trainer, Slot::parameters, initial(net, 3));
    trainer->bind(data.samples());
    Plan plan;
    plan.samples = 40;
    plan.batch_size = 8;
    plan.learning_rate = 1e-3;
    const Trained trained = train(*trainer, plan);
    EXPECT_TRUE(trained.chunk.diverged);
    EXPECT_EQ(trained.chunk.steps_done, 2);
    EXPECT_EQ(read(*trainer, Slot::parameters, net), initial(net, 3));
    EXPECT_EQ(trainer->step(), 0);
}

// The squared error of one sample is infinite, but its gradient finite: had a step run behind it, it would show in the
// parameters.
TEST_F(Cuda, steps_behind_a_divergence_change_nothing) {
    const Net net{{12, 3}};
    OwnedData data = made_up({.count = 56, .features = 12, .classes = 3, .outputs = 3});
    data.targets[3 * 17] = 1e20f; // in the third batch of eight
    TrainerOptions options = options_for(net);
    options.loss.kind = LossKind::mse;
    options.optimizer = {};
    options.optimizer.kind = OptimizerKind::sgd;
    const auto parameters_after = [&](int64_t samples, Schedule schedule, bool streamed) {
        Tuning tuning;
        tuning.schedule = schedule;
        tuning.restores = false;
        if (streamed) { // a launch for each batch
            tuning.resident_limit = 0;
            tuning.slice_bytes = 1;
        }
        const auto trainer = cuda::make_trainer(options, tuning);
        write(*trainer, Slot::parameters, initial(net, 3));
        trainer->bind(data.samples());
        Plan plan;
        plan.samples = samples;
        plan.batch_size = 8;
        plan.learning_rate = 1e-3;
        const Trained trained = train(*trainer, plan);
        EXPECT_TRUE(trained.chunk.diverged);
        EXPECT_EQ(trained.chunk.steps_done, 2);
        return read(*trainer, Slot::parameters, net);
    };
    const std::vector<double> expected = parameters_after(24, Schedule::persistent, false);
    EXPECT_TRUE(std::all_of(expected.begin(), expected.end(), [](double p) { return std::isfinite(p); }));
    for (Schedule schedule : {Schedule::persistent, Schedule::graph}) {
        for (bool streamed : {false, true}) {
            EXPECT_EQ(parameters_after(56, schedule, streamed), expected)
                << "schedule " << static_cast<int>(schedule) << ", streamed " << streamed;
        }
    }
}

// A graph serves any part of a chunk, and a chunk that is longer than a graph.
TEST_F(Cuda, chunks_of_any_length_give_the_same_bits_from_graphs) {
    const Net net{{6, 5, 3}};
    const OwnedData data = made_up({.count = 40, .features = 6, .classes = 3});
    TrainerOptions options = options_for(net);
    Tuning graph;
    graph.schedule = Schedule::graph;
    Plan plan = shuffled(40, 700, 2); // 350 steps: the longest graph has 333
    EXPECT_TRUE(run(options, graph, data, plan) == run(options, Tuning{}, data, plan));
    const auto a = cuda::make_trainer(options, graph), b = cuda::make_trainer(options, Tuning{});
    for (const auto* trainer : {&a, &b}) {
        write(**trainer, Slot::parameters, initial(net, 3));
        (*trainer)->bind(data.samples());
    }
    for (int64_t count : {16, 6, 16, 6, 10}) {
        plan = shuffled(40, count, 4);
        EXPECT_EQ(train(*a, plan).losses(), train(*b, plan).losses()) << count;
    }
}

TEST_F(Cuda, one_block_a_multiprocessor_gives_the_same_bits) {
    const Net net{{70, 200, 40, 4}};
    const OwnedData data = made_up({.count = 80, .features = 70, .classes = 4});
    Tuning one;
    one.blocks_per_multiprocessor = 1;
    const Plan plan = shuffled(80, 120, 40);
    EXPECT_TRUE(run(options_for(net), one, data, plan) == run(options_for(net), Tuning{}, data, plan));
}

// More rows than go through at once: the host takes an answer while the device makes the next.
TEST_F(Cuda, a_models_logits_are_those_of_its_samples_one_by_one) {
    const Net net{{7, 5, 3}};
    const OwnedData data = made_up({.count = 9000, .features = 7, .classes = 3});
    std::vector<float> parameters;
    for (double p : initial(net, 3))
        parameters.push_back(static_cast<float>(p));
    const auto model = cuda::make_model(net, options_for(net).placement, parameters);
    std::vector<float> all(9000 * 3), one(3);
    model->logits(data.samples(), all.data());
    for (size_t i : {0, 1, 4095, 4096, 8191, 8192, 8999}) {
        Data sample = data.samples();
        sample.pixels = data.floats.data() + 7 * i;
        sample.count = 1;
        model->logits(sample, one.data());
        EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin() + 3 * static_cast<ptrdiff_t>(i))) << i;
    }
}

TEST_F(Cuda, works_on_the_callers_stream) {
    const Net net{{30, 9, 4}};
    const TrainerOptions options = options_for(net);
    const OwnedData data = made_up({.count = 50, .features = 30, .classes = 4});
    const Plan plan = shuffled(50, 46, 8);
    const Outcome expected = run(options, Tuning{}, data, plan);
    const cuda::Stream stream;
    const auto trainer = cuda::make_trainer(options, Tuning{});
    auto& user = dynamic_cast<cuda::StreamUser&>(*trainer);
    user.set_stream(stream.get());
    EXPECT_TRUE(run(*trainer, net, data, plan) == expected);
    user.set_stream(nullptr);
    EXPECT_EQ(trainer->evaluate(data.samples(), 0, 50, nullptr).counted, 50);
}

} // namespace mn::test
