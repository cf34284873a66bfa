// The optimizers' formulas, at each instruction set against the reference's own loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "reference/update.h"
#include "support/kernels.h"
#include "support/runs.h"

namespace mn::test {
namespace {

using namespace mn::cpu;

// Some steps on the same parameters, so that every moment has a past.
void expect_steps_of_the_reference(const Kernels& kernels, const OptimizerCase& optimizer, int64_t count) {
    const UpdateRule rule = rule_of(optimizer.options);
    std::vector<float> parameters = made_up_floats(count, 1);
    std::vector<std::vector<float>> moments(static_cast<size_t>(moments_of(rule)),
                                            std::vector<float>(parameters.size()));
    std::vector<double> want(parameters.begin(), parameters.end());
    reference::OptimizerState state(optimizer.options, count);
    for (int step = 1; step <= 3; ++step) {
        const std::vector<float> gradient = made_up_floats(count, 10 + static_cast<uint32_t>(step), 0.2);
        UpdateSlice slice{gradient.data(), parameters.data(), {}, count};
        for (size_t m = 0; m < moments.size(); ++m)
            slice.moments[m] = moments[m].data();
        kernels.update(rule, step_constants(optimizer.options, optimizer.learning_rate, step), slice);
        reference::update(optimizer.options, optimizer.learning_rate,
                          std::vector<double>(gradient.begin(), gradient.end()), want, state);
    }
    const auto expect_near = [&](const std::vector<float>& got, const std::vector<double>& reference) {
        const std::vector<double> wide(got.begin(), got.end());
        EXPECT_TRUE(all_within(wide, reference, [](double b) { return 1e-6 + 1e-6 * std::abs(b); }))
            << kernels.name << ", " << optimizer.name << ", " << count;
    };
    expect_near(parameters, want);
    const std::vector<double>* const wanted[] = {&state.first_moment, &state.second_moment, &state.max_second_moment};
    for (size_t m = 0; m < moments.size(); ++m)
        expect_near(moments[m], *wanted[m]);
}

TEST(CpuUpdate, follows_the_reference_with_every_optimizer) {
    for (const Kernels* kernels : all_kernels())
        for (const OptimizerCase& optimizer : optimizer_cases())
            for (const int64_t count : {1, 3, 10, 31, 104})
                expect_steps_of_the_reference(*kernels, optimizer, count * kPanel);
}

// What lies behind a slice is another worker's.
TEST(CpuUpdate, writes_its_slice_and_no_more) {
    for (const Kernels* kernels : all_kernels()) {
        for (const OptimizerCase& optimizer : optimizer_cases()) {
            const UpdateRule rule = rule_of(optimizer.options);
            const std::vector<float> gradient = made_up_floats(2 * kPanel, 1);
            std::vector<float> parameters(2 * kPanel, 0.5f);
            std::vector<std::vector<float>> moments(kSlots - 1, std::vector<float>(2 * kPanel, 0.5f));
            UpdateSlice slice{gradient.data(), parameters.data(), {}, kPanel};
            for (size_t m = 0; m < static_cast<size_t>(moments_of(rule)); ++m)
                slice.moments[m] = moments[m].data();
            kernels->update(rule, step_constants(optimizer.options, optimizer.learning_rate, 2), slice);
            moments.push_back(parameters);
            for (const std::vector<float>& values : moments)
                EXPECT_TRUE(std::all_of(values.begin() + kPanel, values.end(), [](float x) { return x == 0.5f; }))
                    << kernels->name << ", " << optimizer.name;
        }
    }
}

} // namespace
} // namespace mn::test
