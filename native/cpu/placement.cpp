#include "cpu/placement.h"

#include "cpu/pool.h"
#include "model/backend.h"
#include "model/error.h"

namespace mn::cpu {

int threads_of(const Placement& place) {
    return place.threads > 0 ? place.threads : usable_cores();
}

void check_precision(const Placement& place) {
    if (place.precision == Precision::tf32)
        throw Error(Status::unsupported, "precision tf32 is for GPUs; on the CPU choose float32");
    if (place.precision == Precision::bf16)
        throw Error(Status::unsupported, "precision bf16 is not implemented on the CPU; choose float32");
}

std::string describe(const Kernels& kernels, int threads, Precision precision) {
    return "cpu: " + std::string(kernels.name) + ", " + std::to_string(threads) +
           (threads == 1 ? " thread, " : " threads, ") + (precision == Precision::bf16 ? "bf16" : "float32");
}

bool has_bf16() {
    return false;
}

} // namespace mn::cpu
