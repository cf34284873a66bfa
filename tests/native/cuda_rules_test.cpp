// The CUDA kernels' plain logic, run on the host: no GPU, no nvcc.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
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

// How an operand lies in shared memory, and in how many values a word has room for.
template <typename Layout>
class CudaOperand : public testing::Test {};
using Layouts = testing::Types<ByDepth<32>, ByDepth<64>, ByRow<32, 1>, ByRow<64, 1>, ByRow<32, 2>, ByRow<64, 2>>;
TYPED_TEST_SUITE(CudaOperand, Layouts);

template <typename Layout>
class CudaFragments : public testing::Test {};
using LayoutsByRow = testing::Types<ByRow<32, 1>, ByRow<64, 1>, ByRow<32, 2>, ByRow<64, 2>>;
TYPED_TEST_SUITE(CudaFragments, LayoutsByRow);

template <typename Layout>
constexpr int kPerWord = 1;
template <int Tile>
constexpr int kPerWord<ByRow<Tile, 2>> = 2;

template <typename Layout>
constexpr bool kByRow = false;
template <int Tile, int PerWord>
constexpr bool kByRow<ByRow<Tile, PerWord>> = true;

// Turns in which memory serves a group of lanes that access `words` neighbouring words each: 1 means no conflict.
template <typename Address>
int turns(int lanes, int words, Address&& address) {
    std::map<int, std::set<int>> words_of_bank;
    for (int lane = 0; lane < lanes; ++lane) {
        EXPECT_EQ(address(lane) % words, 0);
        for (int w = 0; w < words; ++w)
            words_of_bank[(address(lane) + w) % 32].insert(address(lane) + w);
    }
    size_t most = 0;
    for (const auto& [bank, found] : words_of_bank)
        most = std::max(most, found.size());
    return static_cast<int>(most);
}

} // namespace

TYPED_TEST(CudaOperand, fills_shared_memory_once) {
    using Shape = typename TypeParam::Shape;
    std::map<int, int> seen;
    for (int k = 0; k < Shape::kDepth; ++k) {
        for (int i = 0; i < Shape::kTile; ++i)
            ++seen[TypeParam::index(k, i)];
    }
    EXPECT_EQ(static_cast<int>(seen.size()), Shape::kOperandFloats / kPerWord<TypeParam>);
    EXPECT_EQ(seen.begin()->first, 0);
    EXPECT_EQ(seen.rbegin()->first, Shape::kOperandFloats / kPerWord<TypeParam> - 1);
    for (const auto& [word, values] : seen)
        EXPECT_EQ(values, kPerWord<TypeParam>) << word;
}

TYPED_TEST(CudaOperand, is_loaded_once) {
    using Shape = typename TypeParam::Shape;
    std::set<std::pair<int, int>> along_k, along_i;
    for (int thread = 0; thread < kThreads; ++thread) {
        for (int load = 0; load < Shape::kLoads; ++load) {
            const Spot k = TypeParam::along_k(thread, load), i = TypeParam::along_i(thread, load);
            for (int e = 0; e < 4; ++e) {
                along_k.insert({k.i, k.k + e});
                along_i.insert({i.i + e, i.k});
            }
        }
    }
    const std::pair<int, int> last{Shape::kTile - 1, Shape::kDepth - 1};
    EXPECT_EQ(static_cast<int>(along_k.size()), Shape::kOperandFloats);
    EXPECT_EQ(static_cast<int>(along_i.size()), Shape::kOperandFloats);
    EXPECT_EQ(*along_k.rbegin(), last);
    EXPECT_EQ(*along_i.rbegin(), last);
}

// What an engine stores at once: see put_along_k and put_along_i.
TYPED_TEST(CudaOperand, is_stored_without_bank_conflicts) {
    using Shape = typename TypeParam::Shape;
    for (int warp = 0; warp < kWarps; ++warp) {
        for (int load = 0; load < Shape::kLoads; ++load) {
            const auto along_k = [&](int lane) { return TypeParam::along_k(32 * warp + lane, load); };
            const auto along_i = [&](int lane) { return TypeParam::along_i(32 * warp + lane, load); };
            if constexpr (kByRow<TypeParam>) {
                const int words = 4 / kPerWord<TypeParam>; // of four values
                for (int first = 0; first < 32; first += 32 / words) {
                    const auto word = [&](int lane) {
                        const Spot at = along_k(first + lane);
                        return TypeParam::index(at.k, at.i);
                    };
                    EXPECT_EQ(turns(32 / words, words, word), 1) << warp << ' ' << load;
                }
                const int pair = 2 / kPerWord<TypeParam>; // words of two neighbours in k
                for (int e = 0; e < 4; ++e) {
                    for (int first = 0; first < 32; first += 32 / pair) {
                        const auto word = [&](int lane) {
                            const Spot at = TypeParam::along_i(32 * warp + first + lane, 0);
                            return TypeParam::index(at.k, at.i + e);
                        };
                        // rows of 64 bytes, of which every fourth is stored: half the banks
                        const int expected = TypeParam::kChunks == 4 ? 2 : 1;
                        EXPECT_EQ(turns(32 / pair, pair, word), expected) << warp << ' ' << e;
                    }
                }
            } else {
                for (int e = 0; e < 4; ++e) {
                    const auto word = [&](int lane) {
                        const Spot at = along_k(lane);
                        return TypeParam::index(at.k + e, at.i);
                    };
                    EXPECT_EQ(turns(32, 1, word), 1) << warp << ' ' << load;
                }
                for (int first = 0; first < 32; first += 8) {
                    const auto word = [&](int lane) {
                        const Spot at = along_i(first + lane);
                        return TypeParam::index(at.k, at.i);
                    };
                    EXPECT_EQ(turns(8, 4, word), 1) << warp << ' ' << load;
                }
            }
        }
    }
}

// ldmatrix: a lane's register w of matrix number n is word lane % 4 of row lane / 4, as mma wants its fragments.
TYPED_TEST(CudaFragments, are_read_by_ldmatrix_as_mma_wants_them) {
    using Shape = typename TypeParam::Shape;
    constexpr int kDepth = 8 * kPerWord<TypeParam>; // of one mma
    for (int i0 = 0; i0 < Shape::kTile; i0 += 16) {
        for (int k0 = 0; k0 < Shape::kDepth; k0 += kDepth) {
            const int number = k0 / TypeParam::kChunkDepth;
            for (int matrix = 0; matrix < 4; ++matrix) {
                const auto a = [&](int line) {
                    const Spot at = a_matrices(8 * matrix + line);
                    return TypeParam::chunk(i0 + at.i, number + at.k);
                };
                const auto b = [&](int line) {
                    const Spot at = b_matrices(8 * matrix + line);
                    return TypeParam::chunk(i0 + at.i, number + at.k);
                };
                EXPECT_EQ(turns(8, 4, a), 1);
                EXPECT_EQ(turns(8, 4, b), 1);
                for (int lane = 0; lane < 32; ++lane) {
                    const int row = lane / 4, k = k0 + kPerWord<TypeParam> * (lane % 4);
                    EXPECT_EQ(a(row) + lane % 4,
                              TypeParam::index(k + matrix / 2 * kDepth / 2, i0 + row + matrix % 2 * 8));
                    EXPECT_EQ(b(row) + lane % 4,
                              TypeParam::index(k + matrix % 2 * kDepth / 2, i0 + row + matrix / 2 * 8));
                }
            }
            // what TensorCores::multiply makes of the first step's address
            for (int lane = 0; lane < 32; ++lane) {
                const Spot at = b_matrices(lane);
                const int first = TypeParam::chunk(at.i, at.k), step = k0 / kDepth;
                EXPECT_EQ(TypeParam::chunk(at.i, at.k + number), first ^ 8 * step);
                EXPECT_EQ(TypeParam::chunk(at.i + 16, at.k + number),
                          (first ^ 8 * (step ^ 1)) + 16 * TypeParam::kRowWords);
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

TYPED_TEST(CudaTile, sums_lie_once_and_without_bank_conflicts) {
    constexpr int kTile = TypeParam::kTile;
    std::set<int> direct, transposed;
    for (int m = 0; m < kTile; ++m) {
        for (int n = 0; n < kTile; ++n) {
            direct.insert(sum_index<kTile, false>(m, n));
            transposed.insert(sum_index<kTile, true>(n, m));
            EXPECT_EQ((sum_index<kTile, false>(m, n)), (sum_index<kTile, false>(m, n / 4 * 4) + n % 4));
            EXPECT_EQ((sum_index<kTile, true>(m, n)), (sum_index<kTile, true>(m, n / 4 * 4) + n % 4));
        }
    }
    EXPECT_EQ(static_cast<int>(direct.size()), kTile * kTile);
    EXPECT_EQ(static_cast<int>(transposed.size()), kTile * kTile);
    EXPECT_EQ(*direct.rbegin(), kTile * kTile - 1);
    EXPECT_EQ(*transposed.rbegin(), kTile * kTile - 1);
    for (int j = 0; j < 16; ++j) {
        EXPECT_EQ(turns(32, 1,
                        [&](int lane) {
                            const OutputSpot at = mma_output<kTile>(lane, j);
                            return sum_index<kTile, true>(at.n, at.m);
                        }),
                  1);
    }
    for (int j = 0; j < 16; j += 2) { // neighbours are stored together
        for (int half = 0; half < 32; half += 16) {
            EXPECT_EQ(turns(16, 2,
                            [&](int lane) {
                                const OutputSpot at = mma_output<kTile>(half + lane, j);
                                return sum_index<kTile, false>(at.m, at.n);
                            }),
                      1);
        }
    }
}

TEST(CudaPixels, are_the_nearest_float_to_byte_times_scale) {
    for (double scale : {1.0, 1 / 255.0, 1 / 256.0, 0.1, 1 / 3.0, -2.5, 1e-30, 12345.678}) {
        const PixelScale s = PixelScale::of(scale);
        for (int byte = 0; byte < 256; ++byte)
            EXPECT_EQ(s.value(byte), static_cast<float>(byte * scale)) << byte << " * " << scale;
    }
}

TEST(CudaLayout, rows_are_whole_lines_and_the_bias_is_the_last_column) {
    const Net net{{35, 3, 2}};
    const Layout layout(net);
    EXPECT_EQ(layout.layers[0].weight_stride, 64);
    EXPECT_EQ(layout.layers[0].gradient_stride, 32);
    EXPECT_EQ(layout.layers[1].weight_stride, 32);
    EXPECT_EQ(layout.layers[1].weight, 3 * 64);
    EXPECT_EQ(layout.layers[1].input, 0);
    EXPECT_EQ(layout.layers[1].gradient, 32);
    EXPECT_EQ(layout.parameters, 3 * 64 + 2 * 32);
    EXPECT_EQ(layout.activations_row, 32);
    EXPECT_EQ(layout.gradients_row, 64);
    std::vector<float> flat(static_cast<size_t>(net.parameter_count())), back(flat.size());
    for (size_t i = 0; i < flat.size(); ++i)
        flat[i] = static_cast<float>(i) + 1;
    std::vector<float> padded(static_cast<size_t>(layout.parameters), -1.0f);
    layout.pad(flat, padded);
    EXPECT_EQ(padded[0], 1.0f);
    EXPECT_EQ(padded[64], 36.0f);       // the second row
    EXPECT_EQ(padded[35], 106.0f);      // the first bias, behind 105 weights
    EXPECT_EQ(padded[64 + 35], 107.0f); // the second
    for (int i = 36; i < 64; ++i)
        EXPECT_EQ(padded[static_cast<size_t>(i)], 0.0f) << i;
    EXPECT_EQ(padded[3 * 64], 109.0f);
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
    EXPECT_EQ(useful_blocks(Layout(Net{{10, 10, 10}}), 32), 16);   // the rows of the head, two a block
    EXPECT_EQ(useful_blocks(Layout(Net{{10, 10, 10}}), 320), 160); // likewise
    EXPECT_EQ(useful_blocks(Layout(Net{{10, 10, 10}}), 1), 2);     // the update of two layers
    EXPECT_EQ(useful_blocks(Layout(Net{{784, 312, 256, 10}}), 320), 25 * 10 + 10 * 8 + 9);
    EXPECT_EQ(useful_blocks(Layout(Net{{3, 650, 2}}), 128), 4 * 41);      // forward
    EXPECT_EQ(useful_blocks(Layout(Net{{2, 65, 33, 1000}}), 33), 2 * 63); // forward
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
