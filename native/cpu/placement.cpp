#include "cpu/placement.h"

#include "cpu/kernels/isa.h"
#include "machine/cores.h"
#include "machine/isa.h"

namespace mn::cpu {

int threads_of(const Placement& place) {
    return place.threads > 0 ? place.threads : usable_cores();
}

std::string refusal(const Placement& place) {
    if (place.precision == Precision::tf32)
        return "precision: tf32 is for NVIDIA GPUs, use float32 or bf16 on the CPU";
    if (place.precision == Precision::bf16 && !(machine_has_bf16() && find_arithmetic(Precision::bf16)))
        return "precision: this CPU lacks the bf16 instructions (AVX512_BF16), choose float32";
    if (place.precision == Precision::bf16 && !place.isa.empty() && place.isa != best_isa())
        return "precision: bf16 needs AVX512_BF16, so it can't run on the instruction set \"" + place.isa +
               "\"; leave the instruction set open or choose float32";
    return "";
}

std::unique_ptr<Arithmetic> make_arithmetic(const Placement& place, const ArithmeticParts& parts) {
    return find_arithmetic(place.precision)->make(parts);
}

std::string describe(const Kernels& kernels, int threads, const Placement& place) {
    return "cpu: " + std::string(kernels.name) + ", " + std::to_string(threads) +
           (threads == 1 ? " thread, " : " threads, ") + find_arithmetic(place.precision)->description;
}

} // namespace mn::cpu
