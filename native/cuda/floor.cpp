#include "cuda/floor.h"

#include "cuda/host/context.h"
#include "cuda/host/device.h"

namespace mn::cuda {

namespace {

// Whether a GPU computes in a precision is asked when the launcher knows which GPU.
std::string refusal(const Placement&) {
    return "";
}

} // namespace

const Floor kFloor{"cuda",        DeviceKind::cuda, device_count, device_info, free_memory,
                   no_isa_levels, refusal,          make_trainer, make_model};

} // namespace mn::cuda
