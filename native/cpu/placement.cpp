#include "cpu/placement.h"

#include "cpu/kernels/isa.h"
#include "floor/floor.h"
#include "machine/cores.h"
#include "machine/isa.h"
#include "net/error.h"

namespace mn::cpu {

int threads_of(const Placement& place) {
    return place.threads > 0 ? place.threads : usable_cores();
}

void check_precision(const Placement& place) {
    if (place.precision == Precision::tf32)
        throw Error(Status::unsupported, "precision tf32 is for GPUs; on the CPU choose float32");
    if (place.precision == Precision::bf16 && !machine_has_bf16())
        throw Error(Status::unsupported, "this CPU lacks the bf16 instructions (AVX512_BF16); choose float32");
    if (place.precision == Precision::bf16 && !place.isa.empty() && place.isa != best_isa())
        throw Error(Status::unsupported, "precision bf16 needs AVX512_BF16, so it can't run on the instruction set \"" +
                                             place.isa + "\"; leave the instruction set open or choose float32");
}

std::string describe(const Kernels& kernels, int threads, Precision precision) {
    return "cpu: " + std::string(kernels.name) + ", " + std::to_string(threads) +
           (threads == 1 ? " thread, " : " threads, ") + (precision == Precision::bf16 ? "bf16 products" : "float32");
}

bool has_bf16() {
    return machine_has_bf16();
}

} // namespace mn::cpu
