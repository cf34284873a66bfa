// Which engine multiplies, by precision and compute capability.
#pragma once

#include "cuda/arguments.h"
#include "net/placement.h"

namespace mn::cuda {

constexpr int kTensorCoresFrom = 8; // the compute capability, its major number, that tf32 and bf16 need

// float32: three TF32 products take the place of one FMA, so that they pay where tensor cores multiply TF32 at least
// four times as fast as the other cores do float32: on 8.0, 9.0 and 10.x. Cards for graphics (8.6, 8.9, 12.x) do both
// at the same rate.
constexpr Engine engine_for(Precision precision, int major, int minor) {
    switch (precision) {
    case Precision::tf32:
        return Engine::tf32;
    case Precision::bf16:
        return Engine::bf16;
    case Precision::float32:
    case Precision::int8: // the floor refuses it
        break;
    }
    const bool graphics = (major == 8 && (minor == 6 || minor == 9)) || major == 12;
    return major < kTensorCoresFrom || graphics ? Engine::ffma : Engine::tf32x3;
}

} // namespace mn::cuda
