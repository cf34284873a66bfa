// Models of products of bytes: what plain loops compute by the rule of kernels/int8.h, to the bit, on every instruction
// set. Compiled without fused multiply-adds, as the kernels are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "cpu/floor.h"
#include "cpu/int8/pass.h"
#include "cpu/kernels/int8-inl.h" // for the base level: with products of four bytes by plain loops
#include "cpu/kernels/isa.h"
#include "net/error.h"
#include "support/cpu_nets.h"
#include "support/data.h"
#include "support/kernels.h"
#include "support/odd_shapes.h"

namespace mn::test {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// A row as whole numbers from 0 to 255.
struct ByteRow {
    std::vector<int64_t> bytes;
    float scale = 0;
    int64_t zero = 0;
};

ByteRow quantised(const std::vector<float>& values) {
    ByteRow row;
    const float most = std::max(0.0f, *std::max_element(values.begin(), values.end()));
    const float least = std::min(0.0f, *std::min_element(values.begin(), values.end()));
    const float step = most * (1.0f / 255) - least * (1.0f / 255);
    const bool any = step >= FLT_MIN;
    const float to_bytes = any ? 1 / step : 0;
    row.scale = any ? step : 0;
    row.zero = std::lrint(-least * to_bytes);
    for (const float value : values)
        row.bytes.push_back(std::min<int64_t>(255, std::lrint(value * to_bytes) + row.zero));
    return row;
}

// A layer's weights as whole numbers from -127 to 127 times a scale of each output's.
struct PlainLayer {
    std::vector<int64_t> weights; // [fan_out][fan_in]
    std::vector<float> scales, bias;

    PlainLayer(const float* weight, int64_t fan_in, int64_t fan_out)
        : bias(weight + fan_in * fan_out, weight + (fan_in + 1) * fan_out) {
        for (int64_t out = 0; out < fan_out; ++out, weight += fan_in) {
            float most = 0;
            for (int64_t in = 0; in < fan_in; ++in)
                most = std::max(most, std::abs(weight[in]));
            scales.push_back(most / 127);
            for (int64_t in = 0; in < fan_in; ++in) {
                const double steps = most > 0 ? static_cast<double>(weight[in]) / static_cast<double>(most / 127) : 0;
                weights.push_back(static_cast<int64_t>(std::clamp(std::nearbyint(steps), -127.0, 127.0)));
            }
        }
    }

    // Up to the bias.
    std::vector<float> of(const ByteRow& row) const {
        std::vector<float> outputs;
        const int64_t* weight = weights.data();
        for (size_t out = 0; out < bias.size(); ++out) {
            int64_t sum = 0;
            for (const int64_t byte : row.bytes)
                sum += (byte - row.zero) * *weight++;
            outputs.push_back(static_cast<float>(sum) * (row.scale * scales[out]) + bias[out]);
        }
        return outputs;
    }
};

float activated(Activation activation, float z) {
    switch (activation.kind) {
    case ActivationKind::relu:
        return z < 0 ? 0 : z;
    case ActivationKind::leaky_relu:
        return z > 0 ? z : z * static_cast<float>(activation.parameter);
    default:
        EXPECT_EQ(activation.kind, ActivationKind::identity) << "the others are polynomials";
        return z;
    }
}

struct PlainNet {
    const Net& net;
    std::vector<PlainLayer> layers;

    PlainNet(const Net& of, const std::vector<float>& parameters) : net(of) {
        for (int l = 0; l < net.layers(); ++l)
            layers.emplace_back(parameters.data() + net.weight_offset(l), net.fan_in(l), net.fan_out(l));
    }

    std::vector<float> row(ByteRow input) const {
        for (int l = 0;; ++l) {
            std::vector<float> outputs = layers[static_cast<size_t>(l)].of(input);
            if (!net.is_hidden(l))
                return outputs;
            for (float& output : outputs)
                output = activated(net.activation(l), output);
            input = quantised(outputs);
        }
    }

    std::vector<float> logits(const Data& samples) const {
        std::vector<float> all;
        for (int64_t i = 0; i < samples.count; ++i) {
            ByteRow input;
            if (samples.type == PixelType::uint8) {
                const auto* const pixels = static_cast<const uint8_t*>(samples.pixels) + i * samples.features;
                input = {{pixels, pixels + samples.features}, static_cast<float>(samples.scale), 0};
            } else {
                const auto* const pixels = static_cast<const float*>(samples.pixels) + i * samples.features;
                input = quantised({pixels, pixels + samples.features});
            }
            const std::vector<float> logits = row(input);
            all.insert(all.end(), logits.begin(), logits.end());
        }
        return all;
    }
};

std::vector<float> parameters_of(const Net& net) {
    const std::vector<double> wide = initial(net, 12);
    return {wide.begin(), wide.end()};
}

std::unique_ptr<Model> int8_model(const Net& net, const std::vector<float>& parameters, int threads = 1,
                                  const std::string& isa = "") {
    return make_model(net, cpu_variant(threads, Precision::int8, isa), parameters);
}

std::vector<float> logits_of(const Model& model, const Net& net, const Data& samples) {
    std::vector<float> logits(static_cast<size_t>(samples.count * net.classes()));
    model.logits(samples, logits.data());
    return logits;
}

// Bits, so that NaN is NaN and 0 is not -0.
std::vector<uint32_t> bits_of(const std::vector<float>& values) {
    std::vector<uint32_t> bits(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
        if (std::isnan(values[i]))
            bits[i] = 0x7fc00000; // which NaN depends on the processor
        else
            std::memcpy(&bits[i], &values[i], sizeof(bits[i]));
    }
    return bits;
}

std::vector<Net> nets() {
    std::vector<Net> all = {{{1, 1}},           {{1, 7, 1}},     {{3, 5, 2}}, {{31, 33, 10}}, {{784, 312, 256, 10}},
                            {{313, 37, 65, 3}}, {{2048, 313, 3}}};
    all.push_back({{65, 33, 32, 7}, {ActivationKind::identity, {ActivationKind::leaky_relu, 0.3}}});
    return all;
}

std::vector<Recipe> recipes(const Net& net, int64_t count) {
    std::vector<Recipe> all;
    for (const PixelType type : {PixelType::uint8, PixelType::float32})
        for (const double zeros : {0.0, 0.8})
            all.push_back({count, net.features(), net.classes(), type, zeros, 3});
    return all;
}

TEST(CpuInt8, what_plain_loops_compute_on_every_instruction_set) {
    for (const Net& net : nets()) {
        const std::vector<float> parameters = parameters_of(net);
        const PlainNet plain(net, parameters);
        for (const int64_t count : {1, 2, 3, 67}) {
            for (const Recipe& recipe : recipes(net, count)) {
                const OwnedData data = made_up(recipe);
                const auto want = bits_of(plain.logits(data.samples()));
                for (const std::string& isa : cpu::isa_levels()) {
                    const auto model = int8_model(net, parameters, 1, isa);
                    EXPECT_EQ(bits_of(logits_of(*model, net, data.samples())), want)
                        << net.features() << " features, " << count << " rows, zeros " << recipe.zeros << ", " << isa;
                }
            }
        }
    }
}

Net net_of_all_activations() {
    Net net{{45}};
    for (const Activation activation : all_activations()) {
        net.sizes.push_back(33 + static_cast<int>(net.activations.size()));
        net.activations.push_back(activation);
    }
    net.sizes.push_back(9);
    return net;
}

// By whatever threads, whatever is beside them, on whatever instruction set.
TEST(CpuInt8, every_activation_gives_the_same_bits_everywhere) {
    const Net net = net_of_all_activations();
    const std::vector<float> parameters = parameters_of(net);
    const OwnedData data = made_up({300, 45, 9, PixelType::float32, 0.3, 8});
    const std::vector<float> want = logits_of(*int8_model(net, parameters), net, data.samples());
    EXPECT_TRUE(std::all_of(want.begin(), want.end(), [](float x) { return std::isfinite(x); }));
    EXPECT_NE(std::vector<float>(want.begin(), want.begin() + 9),
              std::vector<float>(want.begin() + 9, want.begin() + 18));
    for (const std::string& isa : cpu::isa_levels()) {
        for (const int threads : {1, 3}) {
            const auto model = int8_model(net, parameters, threads, isa);
            for (const int64_t count : {300, 1, 2, 7, 64, 65, 129}) {
                Data some = data.samples();
                some.count = count;
                some.pixels = data.floats.data() + (300 - count) * 45;
                EXPECT_EQ(bits_of(logits_of(*model, net, some)), bits_of({want.end() - count * 9, want.end()}))
                    << isa << ", " << threads << " threads, " << count << " rows";
            }
        }
    }
}

// A model that has seen floats, whose zero is not 0, and wider batches leaves nothing behind for the next call.
TEST(CpuInt8, calls_do_not_see_each_other) {
    const Net net{{45, 33, 9}};
    const std::vector<float> parameters = parameters_of(net);
    const PlainNet plain(net, parameters);
    const OwnedData floats = made_up({80, 45, 9, PixelType::float32, 0, 8});
    const OwnedData bytes = made_up({80, 45, 9, PixelType::uint8, 0.5, 9});
    const auto model = int8_model(net, parameters);
    for (const int64_t count : {80, 1, 5}) {
        Data of_floats = floats.samples(), of_bytes = bytes.samples();
        of_floats.count = of_bytes.count = count;
        EXPECT_EQ(logits_of(*model, net, of_floats), plain.logits(of_floats));
        EXPECT_EQ(logits_of(*model, net, of_bytes), plain.logits(of_bytes));
    }
}

TEST(CpuInt8, an_evaluation_is_of_these_logits) {
    const OwnedData data = mnist(700);
    const std::vector<float> parameters = parameters_of(article_net());
    const std::vector<float> logits = logits_of(*int8_model(article_net(), parameters), article_net(), data.samples());
    for (const int threads : {1, 3}) {
        const auto model = int8_model(article_net(), parameters, threads);
        std::vector<int32_t> predictions(600);
        const Evaluation sums = model->evaluate(data.samples(), 90, 600, {}, predictions.data());
        EXPECT_EQ(sums.counted, 600);
        for (int64_t i = 0; i < 600; ++i) {
            const auto row = logits.begin() + (90 + i) * 10;
            EXPECT_EQ(predictions[static_cast<size_t>(i)], std::max_element(row, row + 10) - row) << i;
        }
    }
}

// The widest layer, all bytes and weights as large as they get: sums end just below 2^31, and no step before is cut
// off.
TEST(CpuInt8, the_largest_sums_are_exact) {
    const Net net{{static_cast<int32_t>(cpu::kMostInt8Inputs), 2}};
    std::vector<float> parameters(static_cast<size_t>(net.parameter_count()), 127);
    std::fill_n(parameters.begin() + net.features(), net.features(), -127.0f);
    parameters[static_cast<size_t>(2 * net.features())] = 0.5;
    parameters[static_cast<size_t>(2 * net.features() + 1)] = 0;
    const std::vector<uint8_t> bytes(static_cast<size_t>(3 * net.features()), 255);
    Data samples{bytes.data(), PixelType::uint8, 1.0, nullptr, 1, net.features()};
    const float sum = 255.0f * 127 * 65536;
    for (const std::string& isa : cpu::isa_levels()) {
        for (const int64_t count : {1, 3}) { // by lists, and by tiles
            samples.count = count;
            const std::vector<float> logits = logits_of(*int8_model(net, parameters, 1, isa), net, samples);
            EXPECT_EQ(logits[0], sum + 0.5f) << isa;
            EXPECT_EQ(logits[1], -sum) << isa;
        }
    }
}

// What rounding may cost: half a step of a weight for each input, half a step of the input (a whole one where rounding
// the zero up leaves 255 for 256) for each weight, and the last places of float32.
TEST(CpuInt8, a_layer_is_off_by_no_more_than_its_steps) {
    const Net net{{313, 17}};
    const std::vector<float> parameters = parameters_of(net);
    for (const Recipe& recipe : recipes(net, 40)) {
        const OwnedData data = made_up(recipe);
        const std::vector<float> got = logits_of(*int8_model(net, parameters), net, data.samples());
        double worst = 0;
        for (int64_t i = 0; i < 40; ++i) {
            std::vector<double> x;
            for (int64_t in = 0; in < 313; ++in)
                x.push_back(data.bytes.empty() ? static_cast<double>(data.floats[static_cast<size_t>(i * 313 + in)])
                                               : data.bytes[static_cast<size_t>(i * 313 + in)] * data.scale);
            const double range = std::max(0.0, *std::max_element(x.begin(), x.end())) -
                                 std::min(0.0, *std::min_element(x.begin(), x.end()));
            const double step = data.bytes.empty() ? range / 255 : 0;
            for (int64_t out = 0; out < 17; ++out) {
                const float* const w = parameters.data() + out * 313;
                double want = static_cast<double>(parameters[static_cast<size_t>(313 * 17 + out)]), bound = 1e-6,
                       most = 0;
                for (int64_t in = 0; in < 313; ++in)
                    most = std::max(most, static_cast<double>(std::abs(w[in])));
                for (int64_t in = 0; in < 313; ++in) {
                    const double weight = static_cast<double>(w[in]), at = x[static_cast<size_t>(in)];
                    want += weight * at;
                    bound += std::abs(at) * most / 254 + std::abs(weight) * step + step * most / 254;
                }
                const double off = std::abs(static_cast<double>(got[static_cast<size_t>(i * 17 + out)]) - want);
                EXPECT_LE(off, bound * (1 + 1e-5));
                worst = std::max(worst, off);
            }
        }
        EXPECT_GT(worst, 0) << "nothing was rounded";
    }
}

TEST(CpuInt8, bytes_of_numbers_are_the_nearest) {
    for (const std::string& isa : cpu::isa_levels()) {
        const cpu::Int8Kernels& kernels = cpu::int8_kernels_of(isa);
        const auto byte = [&](const std::vector<uint32_t>& words, size_t i) {
            const size_t width = 4 / static_cast<size_t>(kernels.inputs);
            uint32_t value = 0;
            std::memcpy(&value, reinterpret_cast<const char*>(words.data()) + i * width, width);
            return static_cast<int32_t>(value);
        };
        for (const int64_t count : {1, 7, 31, 32, 33, 313}) {
            for (const float low : {-1.0f, 0.0f, -0.001f, 0.25f}) {
                std::vector<float> values = made_up_floats(count, 5);
                for (float& value : values)
                    value = std::max(low, value);
                std::vector<uint32_t> words(static_cast<size_t>(cpu::round_up(count, cpu::kPanel)) + 16, 0);
                const cpu::ByteScale scale = kernels.quantise(values.data(), cpu::kPanel, count, words.data());
                EXPECT_GE(scale.zero, 0);
                EXPECT_LE(scale.zero, 255);
                for (int64_t i = 0; i < count; ++i) {
                    const int32_t b = byte(words, static_cast<size_t>(i));
                    EXPECT_GE(b, 0);
                    EXPECT_LE(b, 255);
                    const double off = std::abs(static_cast<double>(scale.scale) * (b - scale.zero) -
                                                static_cast<double>(values[static_cast<size_t>(i)]));
                    EXPECT_LE(off, static_cast<double>(scale.scale) * (b == 255 ? 1 : 0.5) * (1 + 1e-4) + 1e-12) << isa;
                }
                for (int64_t i = count; i < cpu::round_up(count, cpu::kPanel); ++i)
                    EXPECT_EQ(byte(words, static_cast<size_t>(i)), 0) << "padding";
            }
        }
    }
}

TEST(CpuInt8, lists_have_the_words_that_are_not_zero) {
    for (const std::string& isa : cpu::isa_levels()) {
        const cpu::Int8Kernels& kernels = cpu::int8_kernels_of(isa);
        for (const int64_t count : {cpu::kWordRun, 25 * cpu::kWordRun}) {
            for (int share = 0; share <= 8; ++share) { // none to all of them
                std::mt19937 random(static_cast<uint32_t>(share));
                std::vector<uint32_t> words, wanted;
                std::vector<int32_t> places;
                for (int64_t i = 0; i < count; ++i) {
                    const bool some = random() % 8 < static_cast<uint32_t>(share);
                    words.push_back(some ? uint32_t{1} << random() % 32 : 0);
                    if (some) {
                        wanted.push_back(words.back());
                        places.push_back(static_cast<int32_t>(i));
                    }
                }
                std::vector<int32_t> index(static_cast<size_t>(count + cpu::kWordRun), -1);
                std::vector<uint32_t> listed(index.size(), 7);
                const auto found = static_cast<size_t>(kernels.list(words.data(), count, index.data(), listed.data()));
                ASSERT_EQ(found, wanted.size()) << isa;
                EXPECT_EQ(listed[found], 0u) << "behind the list";
                EXPECT_EQ(index[found], 0) << "behind the list";
                listed.resize(found);
                index.resize(found);
                EXPECT_EQ(listed, wanted) << isa;
                EXPECT_EQ(index, places) << isa;
            }
        }
    }
}

// A sample of a number that is not finite has no logit that looks like one; its neighbours do not know.
TEST(CpuInt8, what_is_not_finite_stays_so) {
    const Net net{{45, 33, 9}};
    const std::vector<float> parameters = parameters_of(net);
    const PlainNet plain(net, parameters);
    for (const float bad : {kNaN, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
        OwnedData data = made_up({70, 45, 9, PixelType::float32, 0.3, 8});
        const std::vector<float> clean = plain.logits(data.samples());
        for (const size_t at : {size_t{0}, size_t{31}, size_t{32}, size_t{44}}) {
            const float before = data.floats[5 * 45 + at];
            data.floats[5 * 45 + at] = bad;
            for (const std::string& isa : cpu::isa_levels()) {
                const std::vector<float> got = logits_of(*int8_model(net, parameters, 1, isa), net, data.samples());
                for (size_t i = 0; i < got.size(); ++i) {
                    if (i / 9 == 5)
                        EXPECT_TRUE(std::isnan(got[i])) << isa << " column " << at;
                    else
                        EXPECT_EQ(got[i], clean[i]) << isa;
                }
            }
            data.floats[5 * 45 + at] = before;
        }
    }
}

TEST(CpuInt8, parameters_that_are_not_finite_show) {
    const Net net{{5, 7, 3}};
    const OwnedData data = made_up({4, 5, 3, PixelType::uint8, 0, 8});
    for (const float bad : {kNaN, std::numeric_limits<float>::infinity()}) {
        for (const int64_t at :
             {int64_t{0}, net.bias_offset(0) + 6, net.weight_offset(1) + 20, net.bias_offset(1) + 2}) {
            std::vector<float> parameters = parameters_of(net);
            parameters[static_cast<size_t>(at)] = bad;
            const std::vector<float> got = logits_of(*int8_model(net, parameters), net, data.samples());
            EXPECT_TRUE(std::any_of(got.begin(), got.end(), [](float x) { return !std::isfinite(x); })) << at;
        }
    }
}

// Rows and columns of nothing but zeros, numbers at both ends of float32.
TEST(CpuInt8, odd_ranges) {
    const Net net{{3, 2}};
    std::vector<float> parameters = {0, 0, 0, 1, 2, 3, 0.5, -0.5};
    std::vector<float> pixels = {0, 0, 0, 1e-42f, 0, 0, FLT_MAX / 8, 0, 0, -FLT_MAX / 8, 0, 0, 0, FLT_MIN * 256, 0};
    const Data samples{pixels.data(), PixelType::float32, 1, nullptr, 5, 3};
    const PlainNet plain(net, parameters);
    const std::vector<float> got = logits_of(*int8_model(net, parameters), net, samples);
    EXPECT_EQ(bits_of(got), bits_of(plain.logits(samples)));
    EXPECT_EQ(got[1], -0.5f);
    EXPECT_NEAR(got[5] / (FLT_MAX / 8), 1, 1e-2);
    EXPECT_NEAR(got[7] / (FLT_MAX / 8), -1, 1e-2);
    for (size_t i = 0; i < got.size(); i += 2)
        EXPECT_EQ(got[i], 0.5f) << "no weight";
}

TEST(CpuInt8, trainers_and_layers_that_are_too_wide_are_refused) {
    const std::string message = refusal_of(cpu_variant(1, Precision::int8));
    EXPECT_NE(message.find("int8 is for models alone"), std::string::npos) << message;
    const Net net{{static_cast<int32_t>(cpu::kMostInt8Inputs) + 1, 1}};
    try {
        int8_model(net, std::vector<float>(static_cast<size_t>(net.parameter_count())));
        ADD_FAILURE() << "made";
    } catch (const Error& error) {
        EXPECT_EQ(error.status(), Status::unsupported);
        EXPECT_NE(std::string(error.what()).find("layer 1 has 65537"), std::string::npos) << error.what();
    }
}

TEST(CpuInt8, describes_itself) {
    EXPECT_NE(int8_model({{3, 2}}, std::vector<float>(8))->describe().find("int8 products"), std::string::npos);
}

} // namespace
} // namespace mn::test

// The words of four bytes that AVX512_VNNI takes, by plain loops: not the instruction, but its arithmetic and all that
// is made for it (weights, words, lists, tiles of 12 rows, sums in turn) is tested wherever the tests run.
HWY_BEFORE_NAMESPACE(); // NEON's functions are inlined only where its instructions are allowed
namespace mn::cpu::int8::HWY_NAMESPACE {

struct EmulatedQuads {
    static constexpr int64_t kInputs = 4;
    using Input = uint8_t;
    static constexpr int kTileRows = 12;
    static constexpr int kChains = 2;

    static IntVec Add(IntVec sum, IntVec x, IntVec w) {
        int32_t sums[kLanes];
        uint8_t bytes[4 * kLanes];
        int8_t weights[4 * kLanes];
        hn::StoreU(sum, kInts, sums);
        hn::StoreU(x, kInts, reinterpret_cast<int32_t*>(bytes));
        hn::StoreU(w, kInts, reinterpret_cast<int32_t*>(weights));
        for (int64_t i = 0; i < 4 * kLanes; ++i)
            sums[i / 4] += bytes[i] * weights[i];
        return hn::LoadU(kInts, sums);
    }
};

} // namespace mn::cpu::int8::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

namespace mn::test {
namespace {

TEST(CpuInt8, words_of_four_bytes_give_the_same_bits) {
    using cpu::int8::HWY_NAMESPACE::EmulatedQuads;
    const cpu::Int8Kernels kernels = cpu::int8::HWY_NAMESPACE::kernels_with<EmulatedQuads>();
    for (const Net& net : nets()) {
        const std::vector<float> parameters = parameters_of(net);
        const PlainNet plain(net, parameters);
        cpu::PackedNet packed(net);
        packed.pack(parameters);
        const auto arithmetic =
            cpu::int8::make_arithmetic({cpu::kernels_of(""), net, packed, cpu::Purpose::inference}, kernels);
        arithmetic->refresh();
        for (const int64_t count : {1, 2, 3, 67}) {
            const auto pass = arithmetic->make_pass(count);
            for (const Recipe& recipe : recipes(net, count)) {
                const OwnedData data = made_up(recipe);
                const Data samples = data.samples();
                pass->forward({&samples, nullptr, 0, count, cpu::Purpose::inference}, cpu::Worker{});
                std::vector<float> got(static_cast<size_t>(count * net.classes()));
                for (int64_t row = 0; row < count; ++row)
                    pass->logits().copy_row(row, got.data() + row * net.classes());
                EXPECT_EQ(bits_of(got), bits_of(plain.logits(samples)))
                    << net.features() << " features, " << count << " rows, zeros " << recipe.zeros;
            }
        }
    }
}

} // namespace
} // namespace mn::test
