// What api/ and the tests know of this floor: plain loops in double precision.
#pragma once

#include "floor/floor.h"

namespace mn::reference {

extern const Floor kFloor;

constexpr const char* kDescription = "reference: 1 thread, plain loops in double precision";

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options);
std::unique_ptr<Model> make_model(const Net& net, const Placement& place, std::span<const float> parameters);

} // namespace mn::reference
