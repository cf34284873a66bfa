// Where a net is trained or run.
#pragma once

#include <string>

namespace mn {

enum class DeviceKind { cpu, cuda, reference };
enum class Precision { float32, bf16, tf32, int8 };
constexpr Precision kLastPrecision = Precision::int8;

struct Placement {
    DeviceKind device = DeviceKind::cpu;
    int device_index = 0;
    Precision precision = Precision::float32;
    int threads = 0; // 0 = all cores
    std::string isa; // "" = best
};

} // namespace mn
