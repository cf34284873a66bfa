#include "reference/floor.h"

namespace mn::reference {

namespace {

std::string refusal(const Placement& place) {
    return place.precision == Precision::float32
               ? ""
               : "precision: the reference device computes in double only, leave it at float32";
}

double training_bytes(const TrainerOptions& options) {
    return training_vectors(options.optimizer) * static_cast<double>(options.net.parameter_count()) * sizeof(double);
}

} // namespace

const Floor kFloor{"reference", DeviceKind::reference, one_device,   nullptr,   no_isa_levels,
                   refusal,     training_bytes,        make_trainer, make_model};

} // namespace mn::reference
