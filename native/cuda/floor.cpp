#include "cuda/floor.h"

#include "cuda/host/context.h"
#include "cuda/host/device.h"

namespace mn::cuda {

namespace {

// Whether a GPU computes in one of the others is asked when the launcher knows which GPU.
std::string refusal(const Placement& place) {
    return place.precision == Precision::int8
               ? "precision: int8 is for models on the CPU, use float32, tf32 or bf16 on a GPU"
               : "";
}

} // namespace

const Floor kFloor{"cuda",        DeviceKind::cuda, device_count, device_info, free_memory,
                   no_isa_levels, refusal,          make_trainer, make_model};

} // namespace mn::cuda
