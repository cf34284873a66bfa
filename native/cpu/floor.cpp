#include "cpu/floor.h"

#include "cpu/kernels/isa.h"
#include "cpu/placement.h"

namespace mn::cpu {

namespace {

double training_bytes(const TrainerOptions& options) {
    return training_vectors(options.optimizer) * static_cast<double>(options.net.parameter_count()) * sizeof(float);
}

} // namespace

const Floor kFloor{"cpu",   DeviceKind::cpu, one_device,   nullptr,   isa_levels,
                   refusal, training_bytes,  make_trainer, make_model};

} // namespace mn::cpu
