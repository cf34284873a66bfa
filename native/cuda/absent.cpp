// Stands in for the CUDA floor where no nvcc was found at build time.
#include "floor/floor.h"
#include "net/error.h"

namespace mn::cuda {

namespace {
constexpr const char* kReason = "this build has no CUDA backend: install nvcc and build again";
}

std::unique_ptr<Trainer> make_trainer(const TrainerOptions&) {
    throw Error(Status::unsupported, kReason);
}

std::unique_ptr<Model> make_model(const Net&, const Placement&, std::span<const float>) {
    throw Error(Status::unsupported, kReason);
}

int device_count(std::string* reason) {
    if (reason)
        *reason = kReason;
    return 0;
}

DeviceInfo device_info(int) {
    throw Error(Status::unsupported, kReason);
}

} // namespace mn::cuda
