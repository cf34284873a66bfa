// What api/ and the tests know of this floor: the host's processor, vectorised.
#pragma once

#include "cpu/step_rule.h"
#include "floor/floor.h"

namespace mn::cpu {

extern const Floor kFloor;

// Bytes that a trainer takes before its first batch, and for its first chunk's copy of the state.
double training_bytes(const TrainerOptions& options);

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options);
// The same bits by any rule.
std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options, const StepRule& rule);

// Bytes that a model takes with the buffers of its first sample.
double inference_bytes(const Net& net, const Placement& place);
std::unique_ptr<Model> make_model(const Net& net, const Placement& place, std::span<const float> parameters);

} // namespace mn::cpu
