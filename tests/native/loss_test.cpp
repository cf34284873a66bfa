// The reference's cross-entropy against PyTorch's: all 48 cases of cross_entropy.npz, in both precisions.
#include <gtest/gtest.h>

#include <cmath>

#include "reference/loss.h"
#include "support/cross_entropy_cases.h"
#include "support/npz.h"
#include "support/runs.h"

namespace mn::test {

namespace {

struct Computed {
    std::vector<double> losses, gradient;
};

Computed compute(const std::vector<double>& logits, const std::vector<int32_t>& labels, const LossOptions& options,
                 const double* upstream) {
    const int64_t count = static_cast<int64_t>(labels.size()), classes = static_cast<int64_t>(logits.size()) / count;
    Computed out;
    out.losses.resize(options.reduction == Reduction::none ? labels.size() : 1);
    out.gradient.resize(logits.size());
    reference::cross_entropy(logits.data(), labels.data(), count, classes, options, upstream, out.losses.data(),
                             out.gradient.data());
    return out;
}

double exact(double b) {
    return 1e-10 * (1 + std::abs(b));
}

double single(double b) {
    return 1e-6 + 1e-5 * std::abs(b);
}

} // namespace

TEST(CrossEntropy, every_golden_case_in_float64) {
    const Archive golden = read_golden("cross_entropy.npz");
    const std::vector<double>& upstream = member(golden, "upstream").values;
    for (const CrossEntropyCase& c : cross_entropy_cases(golden)) {
        const Computed got = compute(c.logits, c.labels, c.options, upstream.data());
        EXPECT_TRUE(all_within(got.losses, member(golden, c.name + "_f64_loss").values, exact)) << c.name;
        EXPECT_TRUE(all_within(got.gradient, member(golden, c.name + "_f64_grad").values, exact)) << c.name;
    }
}

TEST(CrossEntropy, every_golden_case_in_float32) {
    const Archive golden = read_golden("cross_entropy.npz");
    const std::vector<double>& upstream = member(golden, "upstream").values;
    for (const CrossEntropyCase& c : cross_entropy_cases(golden)) {
        const std::vector<float> rounded(c.logits.begin(), c.logits.end());
        const Computed got = compute({rounded.begin(), rounded.end()}, c.labels, c.options, upstream.data());
        EXPECT_TRUE(all_within(got.losses, member(golden, c.name + "_f32_loss").values, single)) << c.name;
        EXPECT_TRUE(all_within(got.gradient, member(golden, c.name + "_f32_grad").values, single)) << c.name;
    }
}

TEST(CrossEntropy, example_of_the_article) {
    const Archive golden = read_golden("cross_entropy.npz");
    const Computed got = compute({0.2, 0.1, -0.1}, {0}, {}, nullptr);
    EXPECT_NEAR(got.losses[0], 0.9729, 5e-5);
    EXPECT_TRUE(all_within(got.losses, member(golden, "article_f64_loss").values, exact));
    EXPECT_TRUE(all_within(got.gradient, member(golden, "article_f64_grad").values, exact));
}

TEST(CrossEntropy, all_ignored) {
    const Archive golden = read_golden("cross_entropy.npz");
    ASSERT_TRUE(std::isnan(member(golden, "all_ignored_mean_loss").values[0]));
    LossOptions options;
    options.ignore_index = 2;
    const std::vector<double>& logits = member(golden, "logits_normal").values;
    const Computed mean = compute(logits, std::vector<int32_t>(8, 2), options, nullptr);
    EXPECT_TRUE(std::isnan(mean.losses[0]));
    EXPECT_EQ(mean.gradient, member(golden, "all_ignored_mean_grad").values);
    options.reduction = Reduction::sum;
    EXPECT_EQ(compute(logits, std::vector<int32_t>(8, 2), options, nullptr).losses[0], 0);
}

TEST(CrossEntropy, outputs_may_be_null) {
    const double logits[] = {1, 2, 3};
    const int32_t label = 1;
    double loss = 0, gradient[3] = {};
    reference::cross_entropy(logits, &label, 1, 3, {}, nullptr, &loss, nullptr);
    reference::cross_entropy(logits, &label, 1, 3, {}, nullptr, nullptr, gradient);
    const Computed both = compute({1, 2, 3}, {1}, {}, nullptr);
    EXPECT_EQ(loss, both.losses[0]);
    EXPECT_EQ(std::vector<double>(gradient, gradient + 3), both.gradient);
}

} // namespace mn::test
