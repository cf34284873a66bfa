// The order of a batch, and its lists of non-zero pixels.
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "cpu/batch.h"
#include "cpu/kernels/isa.h"
#include "machine/isa.h"
#include "support/cpu_nets.h"
#include "support/data.h"

namespace mn::test {
namespace {

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

TEST_P(SparseInput, same_bits_from_bytes_and_floats) {
    expect_same_bits_from_bytes_and_floats(variant());
}

// Long lists, in more than one strip, by several workers; then a dense batch and a small sparse one in the same
// buffers.
TEST(CpuBatch, same_bits_for_any_threads_and_whatever_the_buffers_held) {
    const Net net{{901, 70, 5}};
    for (const auto& [precision, type] :
         {std::pair{Precision::float32, PixelType::uint8}, std::pair{Precision::float32, PixelType::float32},
          std::pair{Precision::bf16, PixelType::uint8}}) {
        if (precision == Precision::bf16 && !machine_has_bf16())
            continue;
        const OwnedData sparse = made_up({700, 901, 5, type, 0.9, 4});
        const OwnedData dense = made_up({333, 901, 5, type, 0, 5});
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

} // namespace
} // namespace mn::test
