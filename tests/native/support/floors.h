// The backends under test, by name, and the data and nets that they are tested with.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "floor/floor.h"

namespace mn::test {

// One backend with one placement. The tests run on each: reference, cpu at every instruction set with 1 and 2 threads,
// cuda.
struct Floor {
    std::string name;
    Placement placement;

    bool exact() const { return placement.device == DeviceKind::reference; }
    // |a - b| <= bound(b) for losses and first-step gradients against float64.
    double bound(double b) const { return exact() ? 1e-10 * (1 + std::abs(b)) : 1e-6 + 1e-5 * std::abs(b); }
    // the same for the parameters of the optimizer runs
    double parameter_bound(double b) const { return exact() ? 1e-10 * (1 + std::abs(b)) : 1e-5; }
};

Floor reference_floor();
std::vector<Floor> cpu_floors();  // every instruction set, 1 and 2 threads
std::vector<Floor> fast_floors(); // cpu and cuda
std::vector<Floor> all_floors();
// all_floors() with each instruction set once, for tests that set the thread count or whose result it does not change.
std::vector<Floor> floors_by_isa();

std::unique_ptr<Trainer> make_trainer(TrainerOptions options, const Floor& floor);
std::unique_ptr<Model> make_model(const Net& net, const Floor& floor, const std::vector<float>& values);

// Names an instance of a parametrised test after its floor.
std::string floor_name(const testing::TestParamInfo<Floor>& info);
void PrintTo(const Floor& floor, std::ostream* out);

// A test that runs once per floor; on a machine without a usable GPU the cuda instances print why they are skipped.
class FloorTest : public testing::TestWithParam<Floor> {
  protected:
    void SetUp() override;
    const Floor& floor() const { return GetParam(); }
};

} // namespace mn::test

#define MN_ON_FLOORS(suite, floors) INSTANTIATE_TEST_SUITE_P(, suite, testing::ValuesIn(floors), mn::test::floor_name)
