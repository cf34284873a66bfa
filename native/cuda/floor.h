// What api/ and the tests know of this floor: an NVIDIA GPU.
#pragma once

#include "floor/floor.h"

namespace mn::cuda {

extern const Floor kFloor;

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options);
std::unique_ptr<Model> make_model(const Net& net, const Placement& place, std::span<const float> parameters);

} // namespace mn::cuda
