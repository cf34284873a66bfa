#include "reference/floor.h"

namespace mn::reference {

namespace {

std::string refusal(const Placement& place) {
    return place.precision == Precision::float32
               ? ""
               : "precision: the reference device computes in double only, leave it at float32";
}

} // namespace

const Floor kFloor{"reference", DeviceKind::reference, one_device, nullptr, nullptr, no_isa_levels,
                   refusal,     make_trainer,          make_model};

} // namespace mn::reference
