// The CUDA kernels' plain logic, run on the host: no GPU, no nvcc.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "cuda/arguments.h"
#include "cuda/arithmetic.h"
#include "cuda/dropout_rule.h"
#include "cuda/engine_choice.h"
#include "cuda/grid.h"
#include "cuda/host/fingerprint.h"
#include "cuda/layout.h"
#include "cuda/loss_rule.h"
#include "cuda/tile/shape.h"
#include "mnist_native_cuda.h"
#include "reference/dropout.h"
#include "reference/loss.h"
#include "reference/update.h"
#include "support/c_api.h"
#include "support/runs.h"

namespace mn::cuda {

namespace {

template <typename Shape>
class CudaTile : public testing::Test {};
using Shapes = testing::Types<TileShape<32>, TileShape<64>>;
TYPED_TEST_SUITE(CudaTile, Shapes);

// Banks that a warp's accesses of one word each fall into: all different means no conflict.
template <typename Address>
std::set<int> banks(Address&& address) {
    std::set<int> found;
    for (int lane = 0; lane < 32; ++lane)
        found.insert(address(lane) % 32);
    return found;
}

} // namespace

TYPED_TEST(CudaTile, operands_fill_shared_memory_once) {
    std::set<int> seen;
    for (int k = 0; k < TypeParam::kDepth; ++k) {
        for (int i = 0; i < TypeParam::kTile; ++i)
            seen.insert(operand_index<TypeParam::kTile>(k, i));
    }
    EXPECT_EQ(static_cast<int>(seen.size()), TypeParam::kOperandFloats);
    EXPECT_EQ(*seen.begin(), 0);
    EXPECT_EQ(*seen.rbegin(), TypeParam::kOperandFloats - 1);
}

TYPED_TEST(CudaTile, loads_cover_an_operand_once) {
    std::set<std::pair<int, int>> along_k, along_i;
    for (int thread = 0; thread < kThreads; ++thread) {
        for (int load = 0; load < TypeParam::kLoads; ++load) {
            const Spot k = spot_along_k<TypeParam::kTile>(thread), i = spot_along_i<TypeParam::kTile>(thread);
            const int further = load * TypeParam::kLoadDepth;
            for (int e = 0; e < 4; ++e) {
                along_k.insert({k.i, k.k + further + e});
                along_i.insert({i.i + e, i.k + further});
            }
        }
    }
    const std::pair<int, int> last{TypeParam::kTile - 1, TypeParam::kDepth - 1};
    EXPECT_EQ(static_cast<int>(along_k.size()), TypeParam::kOperandFloats);
    EXPECT_EQ(static_cast<int>(along_i.size()), TypeParam::kOperandFloats);
    EXPECT_EQ(*along_k.rbegin(), last);
    EXPECT_EQ(*along_i.rbegin(), last);
}

TYPED_TEST(CudaTile, places_in_shared_memory_follow_from_a_few) {
    constexpr int kTile = TypeParam::kTile, kFurther = TypeParam::kLoadDepth;
    for (int i = 0; i < kTile; ++i) {
        for (int k = 0; k + kFurther < TypeParam::kDepth; ++k)
            EXPECT_EQ(operand_index<kTile>(k + kFurther, i), operand_index<kTile>(k, i) + kFurther * kTile);
        for (int k = 0; k < TypeParam::kDepth; ++k) {
            for (int dk = 0; dk < 16; ++dk) {
                if ((k & dk) != 0)
                    continue;
                for (int e = 0; e < 4; ++e)
                    EXPECT_EQ(operand_index<kTile>(k + dk, i ^ (8 * e)),
                              operand_index<kTile>(k, i ^ (8 * (e ^ operand_turn(dk)))) + dk * kTile);
            }
        }
    }
}

TYPED_TEST(CudaTile, every_slice_computes_every_output_once) {
    for (int slice = 0; slice < TypeParam::kSlices; ++slice) {
        std::set<std::pair<int, int>> fma, mma;
        for (int t = 0; t < TypeParam::kSliceThreads; ++t) {
            for (int j = 0; j < 16; ++j) {
                const int thread = slice * TypeParam::kSliceThreads + t;
                const OutputSpot f = fma_output<TypeParam::kTile>(thread, j),
                                 m = mma_output<TypeParam::kTile>(thread, j);
                fma.insert({f.m, f.n});
                mma.insert({m.m, m.n});
            }
        }
        const std::pair<int, int> last{TypeParam::kTile - 1, TypeParam::kTile - 1};
        EXPECT_EQ(static_cast<int>(fma.size()), TypeParam::kTile * TypeParam::kTile);
        EXPECT_EQ(fma, mma);
        EXPECT_EQ(*fma.rbegin(), last);
    }
}

TYPED_TEST(CudaTile, shared_memory_has_no_bank_conflicts) {
    constexpr int kTile = TypeParam::kTile;
    for (int element = 0; element < 4; ++element) { // a transposing store
        EXPECT_EQ(banks([&](int lane) {
                      const Spot at = spot_along_k<kTile>(lane);
                      return operand_index<kTile>(at.k + element, at.i);
                  }).size(),
                  32u);
    }
    for (int k = 0; k < TypeParam::kDepth; k += 4) { // a tf32 fragment
        EXPECT_EQ(banks([&](int lane) { return operand_index<kTile>(k + lane % 4, lane / 4); }).size(), 32u);
    }
    for (int k = 0; k < TypeParam::kDepth; k += 8) { // a bf16 fragment
        EXPECT_EQ(banks([&](int lane) { return operand_index<kTile>(k + 2 * (lane % 4), lane / 4); }).size(), 32u);
    }
}

TEST(CudaPixels, are_the_nearest_float_to_byte_times_scale) {
    for (double scale : {1.0, 1 / 255.0, 1 / 256.0, 0.1, 1 / 3.0, -2.5, 1e-30, 12345.678}) {
        const PixelScale s = PixelScale::of(scale);
        for (int byte = 0; byte < 256; ++byte)
            EXPECT_EQ(s.value(byte), static_cast<float>(byte * scale)) << byte << " * " << scale;
    }
}

TEST(CudaLayout, rows_are_padded_and_the_bias_is_the_last_column) {
    const Net net{{5, 3, 2}};
    const Layout layout(net);
    EXPECT_EQ(layout.layers[0].weight_stride, 8);
    EXPECT_EQ(layout.layers[1].weight_stride, 4);
    EXPECT_EQ(layout.layers[1].weight, 24);
    EXPECT_EQ(layout.parameters, 32);
    std::vector<float> flat(static_cast<size_t>(net.parameter_count())), back(flat.size());
    for (size_t i = 0; i < flat.size(); ++i)
        flat[i] = static_cast<float>(i) + 1;
    std::vector<float> padded(static_cast<size_t>(layout.parameters), -1.0f);
    layout.pad(flat, padded);
    EXPECT_EQ(padded[5], 16.0f);     // the first bias, behind fifteen weights
    EXPECT_EQ(padded[8 + 5], 17.0f); // the second
    EXPECT_EQ(padded[6], 0.0f);
    EXPECT_EQ(padded[7], 0.0f);
    EXPECT_EQ(padded[24], 19.0f);
    layout.unpad(padded, back);
    EXPECT_EQ(flat, back);
}

TEST(CudaLoss, gradient_of_a_logit_is_the_references) {
    const std::vector<double> logits{1.5, -0.5, 0.25};
    double sum = 0;
    for (double z : logits)
        sum += std::exp(z);
    LossOptions options;
    options.class_weights = {0.5f, 2.0f, 1.25f};
    options.label_smoothing = 0.2;
    options.reduction = Reduction::sum;
    const LossRule rule = LossRule::of(options, 3, options.class_weights.data());
    for (int32_t label = 0; label < 3; ++label) {
        double loss = 0, smooth = 0;
        std::vector<double> gradient(3);
        reference::cross_entropy(logits.data(), &label, 1, 3, options, nullptr, &loss, gradient.data());
        for (size_t c = 0; c < 3; ++c) {
            const double p = std::exp(logits[c]) / sum;
            smooth -= options.weight_of(static_cast<int64_t>(c)) * std::log(p);
            EXPECT_NEAR(rule.gradient(static_cast<int>(c), label, static_cast<float>(p), 1), gradient[c], 1e-6);
        }
        const double nll = std::log(sum) - logits[static_cast<size_t>(label)];
        EXPECT_NEAR(rule.loss(label, static_cast<float>(nll), static_cast<float>(smooth)), loss, 1e-6);
    }
    EXPECT_FALSE(rule.counts(-100));
    EXPECT_TRUE(rule.counts(0));
}

namespace {

// One parameter, then its moments.
using Weight = std::array<float, kSlots>;

void update(const OptimizerOptions& o, double learning_rate, int64_t step, float gradient, Weight& w) {
    const StepConstants constants = step_constants(o, learning_rate, step);
    with_rule(rule_of(o), [&](auto rule) { Update<rule.value>::apply(constants, gradient, w[0], &w[1]); });
}

} // namespace

TEST(CudaUpdate, follows_the_reference_for_twenty_steps) {
    for (const test::OptimizerCase& c : test::optimizer_cases()) {
        OptimizerOptions o = c.options;
        o.weight_decay = 0.05;
        Weight w{0.7f};
        std::vector<double> parameter{static_cast<double>(w[0])};
        reference::OptimizerState state(o, 1);
        for (int t = 1; t <= 20; ++t) {
            const double learning_rate = 0.01 / t;
            const float gradient = std::sin(1.3f * static_cast<float>(t));
            update(o, learning_rate, t, gradient, w);
            const std::vector<double> wide{static_cast<double>(gradient)};
            reference::update(o, learning_rate, wide, parameter, state);
            EXPECT_NEAR(w[0], parameter[0], 1e-6) << c.name << ", step " << t;
        }
    }
}

TEST(CudaUpdate, momentum_at_rate_zero_holds_the_gradient) {
    OptimizerOptions o;
    o.kind = OptimizerKind::sgd;
    o.momentum = 0.5;
    Weight w{0.25f, 123.0f};
    update(o, 0, 1, 0.125f, w);
    EXPECT_EQ(w[1], 0.125f);
    EXPECT_EQ(w[0], 0.25f);
}

TEST(CudaEngine, follows_the_compute_capability) {
    struct Case {
        int major, minor;
        Engine float32;
    };
    for (const Case& c : {Case{7, 5, Engine::ffma}, Case{8, 0, Engine::tf32x3}, Case{8, 6, Engine::ffma},
                          Case{8, 9, Engine::ffma}, Case{9, 0, Engine::tf32x3}, Case{10, 0, Engine::tf32x3},
                          Case{10, 3, Engine::tf32x3}, Case{12, 0, Engine::ffma}, Case{12, 1, Engine::ffma}}) {
        EXPECT_EQ(engine_for(Precision::float32, c.major, c.minor), c.float32) << c.major << "." << c.minor;
        EXPECT_EQ(engine_for(Precision::tf32, c.major, c.minor), Engine::tf32);
        EXPECT_EQ(engine_for(Precision::bf16, c.major, c.minor), Engine::bf16);
    }
}

TEST(CudaGrid, has_no_more_blocks_than_work) {
    EXPECT_EQ(useful_blocks(Layout(Net{{10, 10, 10}}), 32), 4);   // the rows of the head, eight a block
    EXPECT_EQ(useful_blocks(Layout(Net{{10, 10, 10}}), 320), 40); // likewise
    EXPECT_EQ(useful_blocks(Layout(Net{{10, 10, 10}}), 1), 2);    // the update of two layers
    EXPECT_EQ(useful_blocks(Layout(Net{{784, 312, 256, 10}}), 320), 25 * 10 + 10 * 8 + 9);
    EXPECT_EQ(useful_blocks(Layout(Net{{3, 650, 2}}), 128), 4 * 21);                  // forward
    EXPECT_EQ(useful_blocks(Layout(Net{{2, 65, 33, 1000}}), 33), 32 * 2 + 2 * 3 + 3); // update
}

TEST(CudaGrid, tiles_are_large_where_their_rounds_cost_no_more) {
    constexpr int64_t kH100 = 264;
    EXPECT_FALSE(wide(kH100, 320, 312));
    EXPECT_FALSE(wide(kH100, 4096, 312));       // 320 tiles in two rounds, or 1,280 in five
    EXPECT_TRUE(wide(kH100, 4096, 256));        // 256 tiles in a round, or 1,024 in four
    EXPECT_FALSE(wide(kH100, 64 * 5, 64 * 53)); // 265 tiles in two rounds, or 1,060 in five
    EXPECT_TRUE(wide(kH100, 64 * 10, 64 * 53));
    EXPECT_TRUE(wide(0, 1, 1));
    EXPECT_FALSE(wide(INT64_MAX, 1 << 30, 1 << 20));
}

TEST(CudaFingerprint, tells_of_every_byte) {
    std::vector<uint8_t> pixels(3 * 30);
    std::vector<int32_t> labels{1, 2, 3};
    std::vector<float> targets{0, 1, 0, 1, 0, 1}, weights{1, 1, 1};
    Data data{pixels.data(), PixelType::uint8, 1, labels.data(), 3, 30};
    data.targets = targets.data();
    data.outputs = 2;
    data.sample_weights = weights.data();
    const uint64_t before = fingerprint(data, 0, 3), middle = fingerprint(data, 1, 1);
    EXPECT_NE(before, middle);
    for (size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] ^= 0x80;
        EXPECT_NE(fingerprint(data, 0, 3), before) << i;
        EXPECT_EQ(fingerprint(data, 1, 1) != middle, i / 30 == 1) << i;
        pixels[i] ^= 0x80;
    }
    std::swap(labels[0], labels[2]);
    EXPECT_NE(fingerprint(data, 0, 3), before);
    std::swap(labels[0], labels[2]);
    targets[5] = 0;
    EXPECT_NE(fingerprint(data, 0, 3), before);
    targets[5] = 1;
    weights[0] = 2;
    EXPECT_NE(fingerprint(data, 0, 3), before);
    weights[0] = 1;
    EXPECT_EQ(fingerprint(data, 0, 3), before);
}

TEST(CudaStream, is_refused_by_a_trainer_on_the_cpu) {
    const int32_t sizes[] = {3, 2};
    mn_trainer* trainer = nullptr;
    ASSERT_EQ(test::Options(sizes, 1).create(&trainer), MN_OK) << mn_last_error();
    EXPECT_EQ(mn_trainer_set_stream(trainer, nullptr), MN_UNSUPPORTED);
    EXPECT_NE(std::string(mn_last_error()).find("device cuda"), std::string::npos) << mn_last_error();
    EXPECT_EQ(mn_trainer_destroy(trainer), MN_OK);
    EXPECT_EQ(mn_trainer_set_stream(nullptr, nullptr), MN_INVALID_ARGUMENT);
}

TEST(CudaRules, dropout_keeps_what_the_reference_keeps) {
    const StepSeed first{0x299f31d0a4093822, (int64_t{1} << 33) - 1};
    constexpr int kRowCount = 3, kColumns = 12, kIndex = 2, kLayer = 5;
    for (const double p : {0.0, 0.2, 0.5, 0.99}) {
        const DropoutRule rule = DropoutRule::of(p, first);
        EXPECT_EQ(rule.drops, p > 0);
        EXPECT_FLOAT_EQ(rule.scale * rule.unscale, 1);
        std::vector<double> factors;
        reference::draw_factors(p, {first.seed, first.step + kIndex}, kLayer, kRowCount, kColumns, factors);
        for (int row = 0; row < kRowCount; ++row) {
            for (int column = 0; column < kColumns; ++column) {
                const bool kept = (rule.kept(kIndex, kLayer, row, column / 4) >> column % 4 & 1) != 0;
                EXPECT_EQ(kept, factors[static_cast<size_t>(row * kColumns + column)] != 0)
                    << p << ", row " << row << ", column " << column;
            }
        }
    }
}

} // namespace mn::cuda
