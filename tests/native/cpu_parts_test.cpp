// Batches that go through the net in parts: the bits of the same batch at once.
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "cpu/floor.h"
#include "cpu/step_rule.h"
#include "support/cpu_nets.h"
#include "support/odd_shapes.h"

namespace mn::test {
namespace {

constexpr cpu::StepRule kAtOnce{1 << 20, 1 << 20, 0};
// Parts of up to 32 rows, of batches of more than 36; however little there is to do, all threads have a share.
constexpr cpu::StepRule kSmallParts{32, 36, 0};

// All that a run of three steps leaves, the last of them on fewer rows.
struct Outcome {
    std::vector<StepResult> results;
    std::vector<std::vector<double>> slots;
};

struct Job {
    TrainerOptions options;
    const OwnedData* data = nullptr;
    bool takes_targets = false;
    int64_t batch = 0;
};

Data with_targets(const OwnedData& data) {
    Data samples = data.samples();
    samples.labels = nullptr;
    return samples;
}

Data with_labels(const OwnedData& data) {
    Data samples = data.samples();
    samples.targets = nullptr;
    samples.outputs = 0;
    return samples;
}

Outcome run(const Job& job, int threads, const cpu::StepRule& rule) {
    TrainerOptions options = job.options;
    options.placement.threads = threads;
    const std::unique_ptr<Trainer> trainer = cpu::make_trainer(options, rule);
    write(*trainer, Slot::parameters, initial(options.net, 3));
    trainer->bind(job.takes_targets ? with_targets(*job.data) : with_labels(*job.data));
    Plan plan;
    plan.order = made_up_order(job.data->count(), 2 * job.batch + job.batch / 3, 4);
    plan.batch_size = job.batch;
    plan.learning_rate = 1e-2;
    plan.seed = 11;
    Outcome outcome{train(*trainer, plan).results, {}};
    for (const Slot slot : slots_of(options.optimizer))
        outcome.slots.push_back(read(*trainer, slot, options.net));
    return outcome;
}

// Of a batch of whole parts, of one row more, of rows that fill no part, and of two parts only.
void expect_same_bits(Job job, const std::string& what) {
    for (const int64_t batch : {37, 64, 65, 103}) {
        job.batch = batch;
        const Outcome whole = run(job, 1, kAtOnce);
        for (const int threads : {1, 3}) {
            const Outcome parts = run(job, threads, kSmallParts);
            SCOPED_TRACE(what + ", batch " + std::to_string(batch) + ", " + std::to_string(threads) + " threads");
            ASSERT_EQ(parts.results.size(), whole.results.size());
            for (size_t i = 0; i < whole.results.size(); ++i) {
                EXPECT_EQ(parts.results[i].loss, whole.results[i].loss);
                EXPECT_EQ(parts.results[i].objective, whole.results[i].objective);
                EXPECT_EQ(parts.results[i].absolute_error, whole.results[i].absolute_error);
                EXPECT_EQ(parts.results[i].correct, whole.results[i].correct);
            }
            EXPECT_EQ(parts.slots, whole.slots);
        }
    }
}

// 53 pixels: a panel and a part of one, and an odd last one.
OwnedData pictures(PixelType type, double zeros) {
    Recipe recipe{150, 53, 5, type, zeros, 6};
    recipe.outputs = 5;
    recipe.weighted = true;
    return made_up(recipe);
}

Job job_on(const OwnedData& data) {
    Job job;
    job.options.net = {{53, 39, 33, 5}};
    job.data = &data;
    return job;
}

TEST(CpuParts, every_optimizer) {
    for (const double zeros : {0.0, 0.9}) { // dense, and from lists
        const OwnedData data = pictures(PixelType::uint8, zeros);
        for (const OptimizerCase& optimizer : optimizer_cases()) {
            Job job = job_on(data);
            job.options.optimizer = optimizer.options;
            expect_same_bits(job, optimizer.name + ", zeros " + std::to_string(zeros));
        }
    }
}

// Some of them ignore a label, smooth, or weigh classes; the samples have weights of their own.
TEST(CpuParts, every_loss) {
    const OwnedData data = pictures(PixelType::float32, 0.9);
    for (const LossOptions& loss : loss_variants(5)) {
        Job job = job_on(data);
        job.options.loss = loss;
        expect_same_bits(job, "smoothing " + std::to_string(loss.label_smoothing));
    }
    for (int kind = 0; kind <= static_cast<int>(kLastLoss); ++kind) {
        Job job = job_on(data);
        job.options.loss.kind = static_cast<LossKind>(kind);
        job.takes_targets = takes_targets(job.options.loss.kind);
        if (job.takes_targets)
            expect_same_bits(job, "loss " + std::to_string(kind));
    }
}

TEST(CpuParts, every_activation_and_depth) {
    const OwnedData data = pictures(PixelType::float32, 0.0);
    for (const Net& net : activation_variants({53, 33, 9, 5})) {
        Job job = job_on(data);
        job.options.net = net;
        expect_same_bits(job, "activation " + std::to_string(static_cast<int>(net.activation(0).kind)));
    }
    Job shallow = job_on(data);
    shallow.options.net = {{53, 5}};
    expect_same_bits(shallow, "no hidden layer");
}

// Parts choose for themselves whether they are listed: in each of these batches some are and some are not.
TEST(CpuParts, dropout_of_parts_that_are_dense_and_listed) {
    for (const PixelType type : {PixelType::uint8, PixelType::float32}) {
        OwnedData data = pictures(type, 0.0);
        for (int64_t i = 0; i < data.count(); ++i) {
            if (data.labels[static_cast<size_t>(i)] > 2)
                continue;
            for (int64_t p = 0; p < data.features; p += 1 + p % 2) { // labels 0 to 2 have few pixels
                const auto at = static_cast<size_t>(i * data.features + p);
                if (type == PixelType::uint8)
                    data.bytes[at] = 0;
                else
                    data.floats[at] = 0;
            }
        }
        for (const double input : {0.0, 0.1}) {
            Job job = job_on(data);
            job.options.net.input_dropout = input;
            job.options.net.hidden_dropout = 0.5;
            expect_same_bits(job, "dropout " + std::to_string(input));
        }
    }
}

// The buffers of batches that come in turn: large, small, large, with an evaluation between them.
TEST(CpuParts, sizes_in_turn) {
    const OwnedData data = pictures(PixelType::uint8, 0.9);
    const auto slots = [&](const cpu::StepRule& rule) {
        TrainerOptions options = job_on(data).options;
        options.placement.threads = 2;
        const std::unique_ptr<Trainer> trainer = cpu::make_trainer(options, rule);
        write(*trainer, Slot::parameters, initial(options.net, 3));
        const Data samples = with_labels(data);
        trainer->bind(samples);
        for (const int64_t batch : {7, 100, 20, 36, 150, 33}) {
            train(*trainer, {{}, 150, batch, 1e-2, 0});
            trainer->evaluate(samples, 0, batch, nullptr);
        }
        return read(*trainer, Slot::parameters, options.net);
    };
    EXPECT_EQ(slots(kSmallParts), slots(kAtOnce));
}

// A loss that is no number in the last part alone: nothing of the batch is applied.
TEST(CpuParts, divergence_leaves_the_state_of_before) {
    OwnedData data = pictures(PixelType::float32, 0.0);
    for (size_t i = 0; i < data.labels.size(); ++i)
        data.labels[i] = 0;      // so that samples stay in their order
    data.sample_weights.clear(); // the last sample's may be 0
    data.floats.back() = std::numeric_limits<float>::infinity();
    TrainerOptions options = job_on(data).options;
    options.placement.threads = 2;
    const std::unique_ptr<Trainer> trainer = cpu::make_trainer(options, kSmallParts);
    const std::vector<double> before = initial(options.net, 3);
    write(*trainer, Slot::parameters, before);
    trainer->bind(with_labels(data));
    const Trained run = train(*trainer, {{}, 150, 150, 1e-2, 0});
    EXPECT_TRUE(run.chunk.diverged);
    EXPECT_EQ(read(*trainer, Slot::parameters, options.net), before);
    EXPECT_EQ(read(*trainer, Slot::first_moment, options.net), std::vector<double>(before.size()));
}

// A worker for each share that pays for the waiting, and the trainer says so.
TEST(CpuParts, workers_by_the_work_of_a_step) {
    const cpu::StepRule rule{320, 512, 1000};
    const Net net{{9, 10}}; // 100 parameters
    EXPECT_EQ(rule.workers(net, 1, 8), 5);
    EXPECT_EQ(rule.workers(net, 10, 8), 8);
    EXPECT_EQ(rule.workers(net, 10, 1), 1);
    EXPECT_EQ((cpu::StepRule{320, 512, 1 << 20}.workers(net, 320, 8)), 1);
    EXPECT_EQ((cpu::StepRule{320, 512, 0}.workers(net, 1, 8)), 8);
    EXPECT_EQ(cpu::StepRule().workers(article_net(), 1, 2), 2);

    const OwnedData data = made_up({31, 9, 10});
    TrainerOptions options;
    options.net = net;
    options.placement.threads = 3;
    const std::unique_ptr<Trainer> trainer = cpu::make_trainer(options, cpu::StepRule{320, 512, 7000});
    trainer->bind(data.samples());
    EXPECT_EQ(trainer->describe().find(" of the threads"), std::string::npos) << trainer->describe();
    train(*trainer, {{}, 31, 31, 1e-2, 0}); // 14300 multiply-adds
    EXPECT_NE(trainer->describe().find(", 2 of the threads on batches of 31"), std::string::npos)
        << trainer->describe();
}

// With the floor's own rule, a batch of ten times as many rows takes little more memory.
TEST(CpuParts, memory_does_not_grow_with_the_batch) {
    const OwnedData data = made_up({5120, 300, 5, PixelType::uint8, 0.0, 6});
    const auto bytes_for = [&](int64_t batch) {
        const std::unique_ptr<Trainer> trainer = cpu::make_trainer({{{300, 200, 5}}, {}, {}, {}});
        trainer->bind(data.samples());
        train(*trainer, {{}, batch, batch, 1e-2, 0});
        return static_cast<double>(trainer->bytes());
    };
    const cpu::StepRule rule;
    EXPECT_LT(bytes_for(10 * rule.whole), 1.5 * bytes_for(rule.whole));
}

} // namespace
} // namespace mn::test
