// Stands in for the CPU floor in a build that does without it (MN_CPU=OFF): to check a GPU where Highway is not to be
// had.
#include "floor/floor.h"
#include "net/error.h"

namespace mn::cpu {

namespace {
constexpr const char* kReason = "this build has no CPU backend: build again without MN_CPU=OFF, or use the GPU";
}

std::unique_ptr<Trainer> make_trainer(const TrainerOptions&) {
    throw Error(Status::unsupported, kReason);
}

std::unique_ptr<Model> make_model(const Net&, const Placement&, std::span<const float>) {
    throw Error(Status::unsupported, kReason);
}

std::string isa_levels() {
    return "";
}

std::string best_isa() {
    return "";
}

bool has_bf16() {
    return false;
}

} // namespace mn::cpu
