#include "cpu/floor.h"

#include "cpu/kernels/isa.h"
#include "cpu/placement.h"

namespace mn::cpu {

const Floor kFloor{"cpu", DeviceKind::cpu, one_device, nullptr, nullptr, isa_levels, refusal, make_trainer, make_model};

} // namespace mn::cpu
