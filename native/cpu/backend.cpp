// Placeholder until the kernels land.
#include "model/backend.h"

namespace mn::cpu {

std::unique_ptr<Backend> make_backend(const TrainerOptions& options) { return reference::make_backend(options); }
std::unique_ptr<Predictor> make_predictor(const NetShape& net, const Placement& place,
                                          std::span<const float> parameters) {
    return reference::make_predictor(net, place, parameters);
}
std::string isa_levels() { return "scalar"; }
std::string best_isa() { return "scalar"; }
int usable_cores() { return 1; }
bool has_bf16() { return false; }

} // namespace mn::cpu
