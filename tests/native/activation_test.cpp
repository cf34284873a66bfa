// Activations: the reference against PyTorch's float64, the formulas of the other floors against the reference over all
// exponents of a float, and the kernels of each instruction set against these formulas, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "cpu/kernels/kernels.h"
#include "cuda/arithmetic.h"
#include "reference/activation.h"
#include "support/kernels.h"
#include "support/npz.h"
#include "support/odd_shapes.h"

namespace mn::test {
namespace {

constexpr const char* kNames[] = {"relu",    "identity", "leaky_relu", "elu",       "selu",
                                  "sigmoid", "tanh",     "gelu",       "gelu_tanh", "silu"};
static_assert(std::size(kNames) == static_cast<size_t>(kLastActivation) + 1);

float float_of(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// Of both signs, from 0 over all exponents up to `most`, and the golden file's hard points up to there.
std::vector<float> many_floats(float most) {
    uint32_t end;
    std::memcpy(&end, &most, sizeof end);
    std::vector<float> values = {0.0f, -0.0f};
    for (uint32_t bits = 1; bits <= end; bits += 6007) {
        values.push_back(float_of(bits));
        values.push_back(-float_of(bits));
    }
    const auto golden = read_golden("breadth/activations.npz");
    for (const double x : member(golden, "x").values) {
        if (std::abs(x) <= static_cast<double>(most))
            values.push_back(static_cast<float>(x));
    }
    return values;
}

// The distance from the truth in units of a float's last place there.
double units(float got, double want) {
    const float size = std::max(static_cast<float>(std::abs(want)), std::numeric_limits<float>::min());
    const double unit = static_cast<double>(std::nextafter(size, std::numeric_limits<float>::infinity())) - size;
    return std::abs(got - want) / unit;
}

template <class Function, class Truth>
void expect_within(double most, const std::vector<float>& values, Function function, Truth truth) {
    double worst = 0;
    float at = 0;
    for (const float x : values) {
        const double off = units(function(x), truth(static_cast<double>(x)));
        if (off > worst) {
            worst = off;
            at = x;
        }
    }
    EXPECT_LE(worst, most) << "at " << at;
}

struct Both {
    float value, slope;
};

// By the formulas, for a float: what a thread of CUDA's computes. The slope is what it multiplies a gradient of 1 by.
Both by_formula(Activation activation, float z) {
    return with_activation(activation.kind, [&](auto chosen) {
        using Rule = cuda::ActivationRule<chosen.value>;
        const float p = static_cast<float>(activation.parameter);
        Both both{Rule::value(z, p), 0};
        if constexpr (may_keep_slope(chosen.value))
            both.value = Rule::value_and_slope(z, p, both.slope);
        if constexpr (slope_follows_from_value(chosen.value)) {
            if (slope_follows_from_value(activation))
                both.slope = Rule::times_slope(1.0f, both.value, p);
        }
        return both;
    });
}

} // namespace

TEST(Activations, reference_against_pytorch) {
    const Archive golden = read_golden("breadth/activations.npz");
    const std::vector<double>& x = member(golden, "x").values;
    for (size_t a = 0; a < std::size(kNames); ++a) {
        const Activation activation = static_cast<ActivationKind>(a);
        const std::string name = kNames[a];
        for (size_t i = 0; i < x.size(); ++i) {
            const double value = member(golden, name).values[i], slope = member(golden, name + "_slope").values[i];
            EXPECT_NEAR(reference::activate(activation, x[i]), value, 1e-13 * (std::abs(value) + 1e-2))
                << name << " " << x[i];
            EXPECT_NEAR(reference::slope(activation, x[i]), slope, 1e-13 * (std::abs(slope) + 1e-2))
                << name << " " << x[i];
        }
    }
}

TEST(Activations, functions_against_double_precision) {
    std::vector<float> below;
    for (const float x : many_floats(110)) {
        if (x <= 0)
            below.push_back(x);
    }
    expect_within(
        1.1, below, [](float x) { return cuda::exp_below(x); }, [](double x) { return std::exp(x); });
    expect_within(
        1, below, [](float x) { return cuda::expm1_below(x); }, [](double x) { return std::expm1(x); });
    const std::vector<float> all = many_floats(std::numeric_limits<float>::max());
    expect_within(
        1.6, all, [](float x) { return cuda::tanh_of(x); }, [](double x) { return std::tanh(x); });
    expect_within(
        2.3, all, [](float x) { return cuda::sigmoid_of(x); }, [](double x) { return 1 / (1 + std::exp(-x)); });
    // (1 + erf(|x| / sqrt(2))) / 2
    expect_within(
        2, all,
        [](float x) {
            float power;
            return 1 - cuda::normal_beyond(x, power);
        },
        [](double x) { return 0.5 * std::erfc(-std::abs(x) / std::sqrt(2)); });
}

// Up to 1e4 values are within a few units of the larger of themselves and 1e-3, slopes within a few units of 1.
TEST(Activations, formulas_against_the_reference) {
    const std::vector<float> values = many_floats(1e4f);
    for (const Activation activation : all_activations()) {
        SCOPED_TRACE(testing::Message() << kNames[static_cast<int>(activation.kind)] << " " << activation.parameter);
        Activation rounded = activation;
        rounded.parameter = static_cast<float>(activation.parameter);
        for (const float z : values) {
            const double value = reference::activate(rounded, z), slope = reference::slope(rounded, z);
            const Both got = by_formula(activation, z);
            ASSERT_NEAR(got.value, value, 8e-7 * (std::abs(value) + 1e-3)) << "at " << z;
            ASSERT_NEAR(got.slope, slope, 4e-7) << "at " << z;
        }
        EXPECT_TRUE(std::isnan(by_formula(activation, std::numeric_limits<float>::quiet_NaN()).value));
    }
}

// Of kernels that fuse multiply-adds; the others' products round once more.
TEST(Activations, every_instruction_set_computes_the_same_bits) {
    const std::vector<float> values = many_floats(1e4f);
    for (const cpu::Kernels* kernels : all_kernels()) {
        const std::string level = kernels->name;
        const bool fused = level == "avx2" || level == "avx3" || level == "avx3_dl" || level == "neon";
        for (const Activation activation : all_activations()) {
            SCOPED_TRACE(level + " " + kNames[static_cast<int>(activation.kind)]);
            const bool kept = !slope_follows_from_value(activation);
            for (size_t i = 0; i + cpu::kPanel <= values.size(); i += cpu::kPanel) {
                float out[cpu::kPanel], slopes[cpu::kPanel], back[cpu::kPanel], one = 1, ones[cpu::kPanel];
                std::fill_n(ones, cpu::kPanel, 1.0f);
                cpu::Tile tile; // no products: the bias alone
                tile.a = &one;
                tile.b = ones;
                tile.out = out;
                tile.rows = 1;
                tile.activation = activation;
                tile.epilogue = cpu::Epilogue::activate;
                tile.beside = values.data() + i;
                tile.slopes = kept ? slopes : nullptr;
                kernels->multiply(tile);
                tile.depth = 1; // a sum of 1
                tile.out = back;
                tile.epilogue = cpu::Epilogue::slope;
                tile.beside = kept ? slopes : out;
                kernels->multiply(tile);
                for (int64_t c = 0; c < cpu::kPanel; ++c) {
                    const float z = values[i + static_cast<size_t>(c)];
                    const Both want = by_formula(activation, z);
                    const double apart = fused ? 0 : 2e-6;
                    ASSERT_NEAR(out[c], want.value, apart * (std::abs(want.value) + 1)) << "at " << z;
                    ASSERT_NEAR(back[c], want.slope, apart) << "at " << z;
                }
            }
        }
    }
}

} // namespace mn::test
