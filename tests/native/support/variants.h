// The floors under test, by name, and the data and nets that they are tested with.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "floor/floor.h"

namespace mn::test {

// One floor with one placement. The tests run on each: reference, cpu at every instruction set with 1 and 2 threads,
// cuda.
struct Variant {
    std::string name;
    Placement placement;

    const Floor& floor() const;
    bool exact() const { return placement.device == DeviceKind::reference; }
    // |a - b| <= bound(b) for losses and first-step gradients against float64.
    double bound(double b) const { return exact() ? 1e-10 * (1 + std::abs(b)) : 1e-6 + 1e-5 * std::abs(b); }
    // the same for the parameters of the optimizer runs
    double parameter_bound(double b) const { return exact() ? 1e-10 * (1 + std::abs(b)) : 1e-5; }
};

Variant reference_variant();
std::vector<Variant> cpu_variants();  // every instruction set, 1 and 2 threads
std::vector<Variant> fast_variants(); // cpu and cuda
std::vector<Variant> all_variants();
// all_variants() with each instruction set once, for tests that set the thread count or whose result it does not
// change.
std::vector<Variant> variants_by_isa();

std::unique_ptr<Trainer> make_trainer(TrainerOptions options, const Variant& variant);
std::unique_ptr<Model> make_model(const Net& net, const Variant& variant, const std::vector<float>& values);

// Names an instance of a parametrised test after its variant.
std::string variant_name(const testing::TestParamInfo<Variant>& info);
void PrintTo(const Variant& variant, std::ostream* out);

// A test that runs once per variant; on a machine without a usable GPU the cuda instances print why they are skipped.
class VariantTest : public testing::TestWithParam<Variant> {
  protected:
    void SetUp() override;
    const Variant& variant() const { return GetParam(); }
};

} // namespace mn::test

#define MN_ON_VARIANTS(suite, variants)                                                                                \
    INSTANTIATE_TEST_SUITE_P(, suite, testing::ValuesIn(variants), mn::test::variant_name)

// Of tests that take seconds: their names begin with Heavy/, so that a filter can leave them out.
#define MN_HEAVY_ON_VARIANTS(suite, variants)                                                                          \
    INSTANTIATE_TEST_SUITE_P(Heavy, suite, testing::ValuesIn(variants), mn::test::variant_name)
