// The same bits for any number of threads, any chunks and on every run.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/runs.h"

namespace mn::test {

namespace {

class SameBits : public VariantTest {
  protected:
    // Thread counts that must agree; the first twice, so that two runs do as well.
    std::vector<int> thread_counts() const {
        if (variant().placement.device == DeviceKind::cpu)
            return {1, 1, 2, 3, 8};
        return {0, 0};
    }

    Variant with_threads(int threads) const {
        Variant changed = variant();
        changed.placement.threads = threads;
        return changed;
    }
};

class SameBitsOfTheArticle : public SameBits {};

struct Job {
    TrainerOptions options;
    OwnedData data;
    Plan plan;
};

// Everything that a run leaves behind.
struct Outcome {
    std::vector<double> losses;
    std::vector<std::vector<double>> slots;
    bool operator==(const Outcome&) const = default;
};

std::unique_ptr<Trainer> started(const Variant& variant, const Job& job) {
    std::unique_ptr<Trainer> trainer = make_trainer(job.options, variant);
    write(*trainer, Slot::parameters, initial(job.options.net, 1));
    trainer->bind(job.data.samples());
    return trainer;
}

Outcome outcome(const Trainer& trainer, const Job& job, std::vector<double> losses) {
    Outcome out{std::move(losses), {}};
    for (Slot slot : slots_of(job.options.optimizer))
        out.slots.push_back(read(trainer, slot, job.options.net));
    return out;
}

Outcome run(const Variant& variant, const Job& job) {
    const std::unique_ptr<Trainer> trainer = started(variant, job);
    std::vector<double> losses = train(*trainer, job.plan).losses();
    return outcome(*trainer, job, std::move(losses));
}

// 50 steps, the last one ragged.
Job small_job(const OptimizerOptions& optimizer) {
    Job job;
    job.options.net = {{101, 67, 33, 10}};
    job.options.optimizer = optimizer;
    job.data = made_up({.count = 200, .features = 101, .classes = 10, .type = PixelType::uint8, .zeros = 0.8});
    job.plan.order = made_up_order(200, 49 * 31 + 7, 2);
    job.plan.batch_size = 31;
    job.plan.learning_rate = 1e-3;
    return job;
}

// What a step draws must not depend on how it is computed either.
void drop_some(Job& job) {
    job.options.net.input_dropout = 0.2;
    job.options.net.hidden_dropout = 0.5;
    job.plan.seed = 99;
}

Job article_job() {
    Job job;
    job.options.net = {{784, 312, 256, 10}};
    job.data = mnist(16000);
    job.plan.samples = 16000;
    job.plan.batch_size = 320;
    job.plan.learning_rate = 2e-5;
    return job;
}

} // namespace

TEST_P(SameBits, any_threads_and_two_runs) {
    for (const OptimizerCase& c : optimizer_cases()) {
        if (c.name != "adam" && c.name != "sgd_nesterov_wd")
            continue; // one of each family
        Job job = small_job(c.options);
        if (c.name == "adam")
            drop_some(job);
        const std::vector<int> threads = thread_counts();
        const Outcome first = run(with_threads(threads.front()), job);
        for (size_t i = 1; i < threads.size(); ++i) {
            EXPECT_TRUE(run(with_threads(threads[i]), job) == first) << c.name << ", " << threads[i] << " threads";
        }
    }
}

TEST_P(SameBitsOfTheArticle, any_threads) {
    const Job job = article_job();
    const std::vector<int> threads = thread_counts();
    const Outcome first = run(with_threads(threads.front()), job);
    for (size_t i = 1; i < threads.size(); ++i) {
        EXPECT_TRUE(run(with_threads(threads[i]), job) == first) << threads[i] << " threads";
    }
}

// More workers than the machine has cores, than the layers have panels and than a batch has tiles or rows; sparse
// pixels and dense ones, which take other ways through the first layer.
TEST_P(SameBits, many_threads_on_odd_shapes) {
    if (variant().placement.device != DeviceKind::cpu)
        GTEST_SKIP() << "only the CPU's threads can be chosen";
    for (const double zeros : {0.8, 0.0}) {
        for (const int64_t batch : {1, 7, 65, 1027}) {
            Job job;
            job.options.net = {{101, 67, 33, 10}};
            job.data =
                made_up({.count = 1027, .features = 101, .classes = 10, .type = PixelType::uint8, .zeros = zeros});
            job.plan.samples = std::min<int64_t>(3 * batch - 1, 1027); // the last batch is ragged
            job.plan.batch_size = batch;
            job.plan.learning_rate = 1e-3;
            const Outcome one = run(with_threads(1), job);
            for (const int threads : {8, 16, 64}) {
                EXPECT_TRUE(run(with_threads(threads), job) == one)
                    << threads << " threads, batch " << batch << ", a share of " << zeros << " zeros";
            }
        }
    }
}

// Progress, evaluation and checkpoints between two chunks change nothing.
TEST_P(SameBits, any_chunks) {
    Job job = small_job({});
    drop_some(job);
    const std::unique_ptr<Trainer> trainer = started(with_threads(2), job);
    std::vector<double> losses;
    for (size_t begin = 0; begin < job.plan.order.size();) {
        const size_t end = std::min(begin + 31 * (1 + losses.size() % 5), job.plan.order.size());
        Plan part = job.plan;
        part.order.assign(job.plan.order.begin() + static_cast<int64_t>(begin),
                          job.plan.order.begin() + static_cast<int64_t>(end));
        const std::vector<double> more = train(*trainer, part).losses();
        losses.insert(losses.end(), more.begin(), more.end());
        trainer->evaluate(job.data.samples(), 3, 150, nullptr);
        begin = end;
    }
    EXPECT_TRUE(outcome(*trainer, job, losses) == run(with_threads(2), job));
}

TEST_P(SameBits, file_order_is_the_order_0_1_2) {
    Job job = small_job({});
    job.plan.order = cyclic_order(200, 200);
    const Outcome ordered = run(variant(), job);
    job.plan.order.clear();
    job.plan.samples = 200;
    EXPECT_TRUE(run(variant(), job) == ordered);
}

// A run that goes on from saved slots and step is the run that never stopped.
TEST_P(SameBits, resumed) {
    for (const OptimizerCase& c : optimizer_cases()) {
        Job job = small_job(c.options);
        if (c.name == "adam" || c.name == "sgd_momentum")
            drop_some(job);
        job.plan.order.resize(31 * 4);
        const std::unique_ptr<Trainer> whole = started(variant(), job), resumed = started(variant(), job);
        train(*whole, job.plan);
        for (Slot slot : slots_of(c.options))
            write(*resumed, slot, read(*whole, slot, job.options.net));
        resumed->set_step(whole->step());
        const std::vector<double> losses = train(*whole, job.plan).losses();
        const std::vector<double> again = train(*resumed, job.plan).losses();
        EXPECT_TRUE(outcome(*whole, job, losses) == outcome(*resumed, job, again)) << c.name;
        EXPECT_EQ(resumed->step(), 8);
    }
}

MN_ON_VARIANTS(SameBits, variants_by_isa());
MN_HEAVY_ON_VARIANTS(SameBitsOfTheArticle, variants_by_isa());

} // namespace mn::test
