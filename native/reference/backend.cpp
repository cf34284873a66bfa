// Placeholder until the loops land.
#include "model/backend.h"
#include "model/error.h"

namespace mn::reference {

std::unique_ptr<Backend> make_backend(const TrainerOptions&) { throw Error(Status::unsupported, "not here yet"); }
std::unique_ptr<Predictor> make_predictor(const NetShape&, const Placement&, std::span<const float>) {
    throw Error(Status::unsupported, "not here yet");
}

} // namespace mn::reference
