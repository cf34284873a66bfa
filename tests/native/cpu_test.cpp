// What only the CPU floor has: instruction sets by name, lists of non-zero pixels, bf16 products, its thread pool.
#include <gtest/gtest.h>

#include <atomic>
#include <limits>

#include "cpu/batch.h"
#include "cpu/kernels/isa.h"
#include "cpu/pool.h"
#include "machine/isa.h"
#include "net/error.h"
#include "support/data.h"
#include "support/runs.h"
#include "support/variants.h"

namespace mn::test {
namespace {

const Net kArticle{{784, 312, 256, 10}};

Variant cpu_variant(int threads, Precision precision, const std::string& isa = "") {
    Variant variant{"cpu", {}};
    variant.placement.threads = threads;
    variant.placement.precision = precision;
    variant.placement.isa = isa;
    return variant;
}

std::unique_ptr<Trainer> trained(const Variant& variant, const Net& net, const Data& samples, const Plan& plan,
                                 Trained& run) {
    std::unique_ptr<Trainer> trainer = make_trainer({net, {}, {}, {}}, variant);
    write(*trainer, Slot::parameters, initial(net, 0));
    trainer->bind(samples);
    run = train(*trainer, plan);
    return trainer;
}

std::string message_of(const Variant& variant) {
    try {
        make_trainer({kArticle, {}, {}, {}}, variant);
    } catch (const Error& error) {
        EXPECT_EQ(error.status(), Status::unsupported);
        return error.what();
    }
    return "";
}

TEST(CpuIsa, unknown_level_is_refused_with_the_usable_ones) {
    const std::string message = message_of(cpu_variant(1, Precision::float32, "avx9"));
    EXPECT_NE(message.find("avx9"), std::string::npos) << message;
    for (const std::string& level : cpu::isa_levels())
        EXPECT_NE(message.find(" " + level), std::string::npos) << message;
}

TEST(CpuIsa, best_is_the_last_level) {
    EXPECT_EQ(cpu::isa_levels().back(), cpu::best_isa());
}

class SparseInput : public VariantTest {};
MN_ON_VARIANTS(SparseInput, cpu_variants());

// Few enough pixels that the first layer works from lists; widths that are no multiple of a group, panel or strip.
TEST_P(SparseInput, first_gradient_of_the_reference) {
    for (const PixelType type : {PixelType::uint8, PixelType::float32}) {
        for (const int32_t features : {1, 7, 33, 901}) {
            const Net net{{features, 37, 5}};
            for (const int64_t batch : {1, 6, 31, 333}) {
                const OwnedData data = made_up({340, features, 5, type, 0.9, 3});
                const Plan plan{{}, batch, batch, 0, 2};
                const std::vector<double> parameters = initial(net, 1);
                const Gradient want = first_gradient(reference_variant(), net, {}, data.samples(), plan, parameters);
                const Gradient got = first_gradient(variant(), net, {}, data.samples(), plan, parameters);
                const auto bound = [&](double b) { return variant().bound(b); };
                EXPECT_NEAR(got.loss, want.loss, bound(want.loss));
                EXPECT_TRUE(all_within(got.values, want.values, bound)) << features << " features, batch " << batch;
            }
        }
    }
}

// The same pixels as bytes and as floats.
void expect_same_bits_from_bytes_and_floats(const Variant& variant) {
    const Net net{{1037, 37, 5}};
    const Plan plan{{}, 666, 333, 1e-3, 0};
    for (const double zeros : {0.0, 0.9}) {
        const OwnedData bytes = made_up({666, 1037, 5, PixelType::uint8, zeros, 3});
        Data samples = bytes.samples();
        samples.scale = 0.25; // exact, so that it may be applied early or late
        std::vector<float> widened;
        for (const uint8_t byte : bytes.bytes)
            widened.push_back(samples.value_of_byte(byte));
        Trained run;
        const auto from_bytes = trained(variant, net, samples, plan, run);
        samples.pixels = widened.data();
        samples.type = PixelType::float32;
        const auto from_floats = trained(variant, net, samples, plan, run);
        EXPECT_EQ(read(*from_bytes, Slot::parameters, net), read(*from_floats, Slot::parameters, net)) << zeros;
    }
}

TEST_P(SparseInput, same_bits_from_bytes_and_floats) {
    expect_same_bits_from_bytes_and_floats(variant());
}

// Long lists, in more than one strip, by several workers; then a dense batch and a small sparse one in the same
// buffers.
TEST(CpuBatch, same_bits_for_any_threads_and_whatever_the_buffers_held) {
    const Net net{{901, 70, 5}};
    const OwnedData sparse = made_up({700, 901, 5, PixelType::uint8, 0.9, 4});
    const OwnedData dense = made_up({333, 901, 5, PixelType::uint8, 0, 5});
    for (const Precision precision : {Precision::float32, Precision::bf16}) {
        if (precision == Precision::bf16 && !machine_has_bf16())
            continue;
        std::vector<std::vector<double>> seen;
        for (const int threads : {1, 3, 5}) {
            Trained run;
            const auto trainer =
                trained(cpu_variant(threads, precision), net, sparse.samples(), {{}, 700, 350, 1e-3, 0}, run);
            trainer->bind(dense.samples());
            train(*trainer, {{}, 333, 333, 1e-3, 0});
            trainer->bind(sparse.samples());
            train(*trainer, {{}, 31, 31, 1e-3, 0});
            seen.push_back(read(*trainer, Slot::parameters, net));
            EXPECT_EQ(seen.back(), seen.front()) << threads << " threads";

            TrainerOptions options;
            options.net = net;
            const auto fresh = make_trainer(options, cpu_variant(threads, precision));
            for (const Slot slot : {Slot::parameters, Slot::first_moment, Slot::second_moment})
                write(*fresh, slot, read(*trainer, slot, net));
            fresh->set_step(trainer->step());
            fresh->bind(sparse.samples());
            train(*fresh, {{}, 30, 15, 1e-3, 0});
            train(*trainer, {{}, 30, 15, 1e-3, 0});
            EXPECT_EQ(read(*fresh, Slot::parameters, net), read(*trainer, Slot::parameters, net));
        }
    }
}

std::vector<int64_t> samples_of(const cpu::Selection& selection) {
    std::vector<int64_t> samples;
    for (int64_t row = 0; row < selection.rows; ++row)
        samples.push_back(selection.sample(row));
    return samples;
}

// Each level against what the words say, of numbers that are neither a multiple of a vector nor of a block.
TEST(CpuBatch, pairs_are_made_and_listed) {
    const OwnedData data = made_up({19, 46, 2, PixelType::uint8, 0.7, 9});
    const auto pixel = [&](int64_t row, int64_t column) { return data.bytes[static_cast<size_t>(row * 46 + column)]; };
    for (const std::string& isa : cpu::isa_levels()) {
        const cpu::Kernels& kernels = cpu::kernels_of(isa);
        std::vector<uint16_t> pairs(64), columns(23 * 20);
        std::vector<const uint8_t*> rows;
        for (int64_t r = 0; r < 19; ++r)
            rows.push_back(data.bytes.data() + r * 46);
        kernels.interleave(rows[3], rows[8], 46, pairs.data());
        kernels.transpose_pairs(rows.data(), 19, 23, columns.data(), 20);
        std::vector<uint32_t> want, listed(64);
        for (int64_t k = 0; k < 46; ++k) {
            const uint32_t pair = static_cast<uint32_t>(pixel(3, k) | pixel(8, k) << 8);
            EXPECT_EQ(pairs[static_cast<size_t>(k)], pair) << isa;
            if (pair != 0)
                want.push_back(static_cast<uint32_t>(k << 16) | pair);
        }
        ASSERT_EQ(kernels.list_pairs(pairs.data(), 64, listed.data()), static_cast<int64_t>(want.size())) << isa;
        EXPECT_TRUE(std::equal(want.begin(), want.end(), listed.begin())) << isa;
        std::vector<float> floats(128), values(128), wanted_values;
        for (size_t k = 0; k < 64; ++k) {
            floats[2 * k] = static_cast<float>(pairs[k] & 255);
            floats[2 * k + 1] = -static_cast<float>(pairs[k] >> 8); // -0 is a zero
            if (pairs[k] != 0)
                wanted_values.insert(wanted_values.end(), {floats[2 * k], floats[2 * k + 1]});
        }
        for (uint32_t& entry : want)
            entry &= 0xffff0000u;
        ASSERT_EQ(kernels.list_float_pairs(floats.data(), 64, listed.data(), values.data()),
                  static_cast<int64_t>(want.size()))
            << isa;
        EXPECT_TRUE(std::equal(want.begin(), want.end(), listed.begin())) << isa;
        EXPECT_TRUE(std::equal(wanted_values.begin(), wanted_values.end(), values.begin())) << isa;
        std::fill(floats.begin(), floats.end(), 0.0f);
        floats[11] = std::numeric_limits<float>::quiet_NaN();
        EXPECT_EQ(kernels.list_float_pairs(floats.data(), 64, listed.data(), values.data()), 1) << isa;
        for (int64_t p = 0; p < 23; ++p)
            for (int64_t r = 0; r < 19; ++r)
                EXPECT_EQ(columns[static_cast<size_t>(p * 20 + r)], pixel(r, 2 * p) | pixel(r, 2 * p + 1) << 8) << isa;
    }
}

TEST(CpuBatch, samples_in_the_order_of_their_labels_each_in_its_old_order_ignored_ones_last) {
    const std::vector<int32_t> labels = {0, -100, 2, 1, 2, 0, 7, 1};
    Data samples;
    samples.labels = labels.data();
    samples.count = 8;
    const std::vector<int32_t> shuffled = {7, 6, 5, 4, 3, 2, 1};
    cpu::LabelOrder order(7, 3);
    EXPECT_EQ(samples_of(order.of({&samples, shuffled.data(), 0, 7})), (std::vector<int64_t>{5, 7, 3, 4, 2, 6, 1}));
    EXPECT_EQ(samples_of(order.of({&samples, nullptr, 2, 5})), (std::vector<int64_t>{5, 3, 2, 4, 6}));
    EXPECT_EQ(samples_of(order.of({&samples, nullptr, 3, 2})), (std::vector<int64_t>{3, 4})) << "too few rows";
}

// Ink in one of the eight parts each, or nowhere: those with the same part come together, in their old order.
TEST(CpuBatch, samples_in_the_order_of_their_outlines) {
    const std::vector<int64_t> parts = {2, 0, 8, 2, 1, 0, 8, 2}; // 8: none
    for (const PixelType type : {PixelType::uint8, PixelType::float32}) {
        std::vector<uint8_t> bytes(8 * 300);
        std::vector<float> floats(8 * 300);
        for (int64_t i = 0; i < 8; ++i) {
            for (int64_t k = parts[static_cast<size_t>(i)] * 32; k < 256; k += 256) {
                bytes[static_cast<size_t>(i * 300 + k)] = 1;
                floats[static_cast<size_t>(i * 300 + k)] = -0.5f;
            }
        }
        Data samples;
        samples.pixels = type == PixelType::uint8 ? static_cast<const void*>(bytes.data()) : floats.data();
        samples.type = type;
        samples.count = 8;
        samples.features = 300;
        cpu::OutlineOrder order(8);
        for (const std::string& isa : cpu::isa_levels()) {
            const cpu::Selection sorted = order.of(cpu::kernels_of(isa), {&samples, nullptr, 0, 8});
            EXPECT_EQ(samples_of(sorted), (std::vector<int64_t>{2, 6, 1, 5, 4, 0, 3, 7})) << isa;
        }
    }
}

// Blocks of other sizes put the samples in another order.
TEST(CpuEvaluation, same_bits_however_many_rows_go_through_the_net_at_once) {
    const OwnedData data = mnist(700);
    std::vector<Evaluation> seen;
    std::vector<std::vector<int32_t>> predictions;
    for (const int64_t batch : {1, 333, 700}) {
        Trained run;
        const auto trainer =
            trained(cpu_variant(3, Precision::float32), kArticle, data.samples(), {{}, batch, batch, 0, 0}, run);
        predictions.emplace_back(600);
        seen.push_back(trainer->evaluate(data.samples(), 90, 600, predictions.back().data()));
        EXPECT_EQ(seen.back().loss_sum, seen.front().loss_sum) << "batch " << batch;
        EXPECT_EQ(seen.back().correct, seen.front().correct);
        EXPECT_EQ(predictions.back(), predictions.front());
    }
}

// A sample's logits do not depend on what else is in the batch, nor on the thread that has it.
TEST(CpuPrediction, same_bits_alone_and_in_a_batch) {
    const OwnedData data = mnist(300);
    const std::vector<double> wide = initial(kArticle, 0);
    const std::vector<float> parameters(wide.begin(), wide.end());
    const auto model = make_model(kArticle, cpu_variant(3, Precision::float32), parameters);
    std::vector<float> together(3000), alone(10);
    model->logits(data.samples(), together.data());
    for (const int64_t i : {0, 1, 157, 299}) {
        Data one = data.samples();
        one.pixels = data.bytes.data() + i * 784;
        one.count = 1;
        model->logits(one, alone.data());
        EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + i * 10)) << "sample " << i;
    }
}

TEST(CpuBf16, follows_float32_or_says_what_is_missing) {
    if (!machine_has_bf16()) {
        EXPECT_NE(message_of(cpu_variant(1, Precision::bf16)).find("AVX512_BF16"), std::string::npos);
        return;
    }
    const OwnedData data = mnist(2000);
    const Plan plan{{}, 2000, 64, 1e-3, 0};
    Trained exact, rounded;
    trained(cpu_variant(1, Precision::float32), kArticle, data.samples(), plan, exact);
    const auto trainer = trained(cpu_variant(1, Precision::bf16), kArticle, data.samples(), plan, rounded);
    EXPECT_NE(trainer->describe().find("bf16"), std::string::npos);
    // bf16 keeps 8 bits: a product is off by up to 2^-8, a loss by the mean of many.
    EXPECT_TRUE(all_within(rounded.losses(), exact.losses(), [](double b) { return 0.01 * (1 + b); }));
}

// Odd widths and batches: the last row of a pair is alone.
TEST(CpuBf16, odd_shapes_and_any_threads) {
    if (!machine_has_bf16())
        GTEST_SKIP() << "SKIPPED: this CPU has no AVX512_BF16";
    for (const PixelType type : {PixelType::uint8, PixelType::float32}) {
        for (const double zeros : {0.1, 0.95}) {
            const Net net{{313, 37, 65, 3}};
            const OwnedData data = made_up({93, 313, 3, type, zeros, 5});
            const Plan plan{{}, 93, 31, 1e-3, 0};
            Trained exact, one, three;
            trained(cpu_variant(1, Precision::float32), net, data.samples(), plan, exact);
            const auto a = trained(cpu_variant(1, Precision::bf16), net, data.samples(), plan, one);
            const auto b = trained(cpu_variant(3, Precision::bf16), net, data.samples(), plan, three);
            EXPECT_TRUE(all_within(one.losses(), exact.losses(), [](double l) { return 0.01 * (1 + l); }));
            EXPECT_EQ(read(*a, Slot::parameters, net), read(*b, Slot::parameters, net));
        }
    }
}

TEST(CpuBf16, same_bits_from_bytes_and_floats) {
    if (!machine_has_bf16())
        GTEST_SKIP() << "SKIPPED: this CPU has no AVX512_BF16";
    expect_same_bits_from_bytes_and_floats(cpu_variant(2, Precision::bf16));
}

// Adam divides 0 by 0 in the padding; nothing may come of it. Positive pixels and weights, so that no unit is dead:
// each real weight has a gradient.
TEST(CpuBf16, padding_stays_out_of_it_where_eps_is_0) {
    if (!machine_has_bf16())
        GTEST_SKIP() << "SKIPPED: this CPU has no AVX512_BF16";
    const Net net{{5, 7, 9, 3}};
    const OwnedData data = made_up({64, 5, 3, PixelType::uint8, 0, 5});
    std::vector<double> parameters(static_cast<size_t>(net.parameter_count()));
    for (size_t i = 0; i < parameters.size(); ++i)
        parameters[i] = 0.1 + 0.02 * static_cast<double>(i * 7 % 13);
    TrainerOptions options;
    options.net = net;
    options.optimizer.eps = 0;
    const auto trainer = make_trainer(options, cpu_variant(1, Precision::bf16));
    write(*trainer, Slot::parameters, parameters);
    trainer->bind(data.samples());
    const Trained run = train(*trainer, {{}, 64, 16, 1e-3, 0});
    EXPECT_EQ(run.chunk.steps_done, 4);
    EXPECT_FALSE(run.chunk.diverged);
    for (const double loss : run.losses())
        EXPECT_TRUE(std::isfinite(loss)) << loss;
}

TEST(CpuPool, every_worker_meets_at_every_barrier) {
    for (const int threads : {1, 2, 8}) {
        cpu::Pool pool(threads);
        std::vector<int> counts(static_cast<size_t>(threads));
        std::atomic<int> wrong{0};
        for (int round = 1; round <= 20; ++round) {
            pool.run([&](const cpu::Worker& worker) {
                ++counts[static_cast<size_t>(worker.index)];
                worker.barrier();
                for (const int count : counts)
                    wrong += count != round;
                worker.barrier();
            });
        }
        EXPECT_EQ(wrong, 0) << threads << " threads";
    }
}

} // namespace
} // namespace mn::test
