// What is asked of the machine before memory is taken is what is taken.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "cpu/floor.h"
#include "cpu/layout.h"
#include "machine/isa.h"
#include "support/runs.h"

namespace mn::test {
namespace {

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Pages that the process has in memory.
int64_t resident_bytes() {
    std::ifstream file("/proc/self/status");
    for (std::string key; file >> key;) {
        int64_t kibibytes = 0;
        if (key == "VmRSS:" && file >> kibibytes)
            return kibibytes * 1024;
    }
    return 0;
}
#endif

// A panel for each weight that is one number wide.
TrainerOptions wide(int features, OptimizerKind kind, Precision precision) {
    TrainerOptions options;
    options.net = {{features, 1, 2}};
    options.optimizer.kind = kind;
    options.placement.precision = precision;
    options.placement.threads = 1;
    return options;
}

TEST(CpuMemory, a_count_takes_none) {
    const cpu::BufferCount count;
    {
        const cpu::BufferCount inner;
        const cpu::Buffer<float> buffer(int64_t{1} << 40);
        EXPECT_EQ(inner.bytes(), double(1ull << 42) + 64);
        EXPECT_EQ(buffer.bytes(), 0);
    }
    EXPECT_EQ(count.bytes(), 0);
}

TEST(CpuMemory, a_trainer_takes_what_was_counted) {
    constexpr int kFeatures = 20000;
    for (const Precision precision : {Precision::float32, Precision::bf16}) {
        if (precision == Precision::bf16 && !machine_has_bf16())
            continue;
        for (const OptimizerKind kind : {OptimizerKind::adam, OptimizerKind::sgd}) {
            const TrainerOptions options = wide(kFeatures, kind, precision);
            const std::unique_ptr<Trainer> trainer = cpu::make_trainer(options);
            const OwnedData data = made_up({.count = 4, .features = kFeatures, .classes = 2, .type = PixelType::uint8});
            trainer->bind(data.samples());
            const int64_t made = trainer->bytes();
            train(*trainer, {.samples = 1, .batch_size = 1, .learning_rate = 0.1}); // a workspace of one row
            const int64_t workspace = trainer->bytes() - made;
            train(*trainer, {.samples = 2, .batch_size = 1, .learning_rate = 0.1}); // the chunk's copy of the state
            const int64_t flat = 4 * options.net.parameter_count();
            EXPECT_EQ(static_cast<double>(trainer->bytes() - workspace + flat), cpu::training_bytes(options));
        }
    }
}

TEST(CpuMemory, what_is_counted_is_resident) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "SKIPPED: a sanitizer's own memory is resident, too";
#elif !defined(__linux__)
    GTEST_SKIP() << "SKIPPED: what is resident is asked of Linux alone";
#else
    const TrainerOptions options = wide(300000, OptimizerKind::adam, Precision::float32); // each buffer a mapping
    const OwnedData data = made_up({.count = 2, .features = 300000, .classes = 2, .type = PixelType::uint8});
    const int64_t before = resident_bytes();
    const std::unique_ptr<Trainer> trainer = cpu::make_trainer(options);
    trainer->bind(data.samples());
    train(*trainer, {.samples = 2, .batch_size = 1, .learning_rate = 0.1});
    const auto resident = static_cast<double>(resident_bytes() - before);
    EXPECT_GT(resident, 0.95 * static_cast<double>(trainer->bytes()));
    EXPECT_LT(resident, 1.05 * static_cast<double>(trainer->bytes()) + 4e6);
    EXPECT_GT(trainer->bytes(), 36 * 4 * options.net.parameter_count()) << "many times the parameters";
#endif
}

TEST(CpuMemory, a_model_counts_its_buffers) {
    const Net net{{1000, 300, 10}};
    const std::vector<float> parameters(static_cast<size_t>(net.parameter_count()));
    for (const Precision precision : {Precision::float32, Precision::int8}) {
        Placement place;
        place.threads = 2;
        place.precision = precision;
        const std::unique_ptr<Model> model = cpu::make_model(net, place, parameters);
        const int64_t made = model->bytes();
        const OwnedData data = made_up({.count = 1000, .features = 1000, .classes = 10});
        std::vector<float> logits(1000 * 10);
        Data first = data.samples();
        first.count = 1;
        model->logits(first, logits.data());
        const int64_t one = model->bytes();
        EXPECT_EQ(static_cast<double>(one), cpu::inference_bytes(net, place));
        EXPECT_GT(one, made);
        model->logits(data.samples(), logits.data());
        EXPECT_GT(model->bytes(), one + 2 * 256 * 1000 * 4) << "two threads' blocks of 256 rows";
        const int64_t crew = model->bytes();
        model->evaluate(data.samples(), 0, 1000, {}, nullptr);
        EXPECT_GT(model->bytes(), crew);
    }
}

} // namespace
} // namespace mn::test
