#include "net/initialise.h"

#include <cmath>
#include <random>

namespace mn {

// at::CPUGeneratorImpl draws one 32-bit MT19937 word per float32; uniform_ takes its low 24 bits as u in [0, 1) and
// forms u * (to - from) + from, which PyTorch's vectorised loop contracts into one fused multiply-add.
void initial_parameters(const Net& net, uint64_t seed, std::span<float> values) {
    std::mt19937 words(static_cast<uint32_t>(seed)); // PyTorch keeps the low 32 bits as well
    auto value = values.begin();
    for (int layer = 0; layer < net.layers(); ++layer) {
        const float bound = static_cast<float>(1.0 / std::sqrt(static_cast<double>(net.fan_in(layer))));
        const int64_t count = (net.fan_in(layer) + 1) * net.fan_out(layer); // weight, then bias: the same bound
        for (int64_t i = 0; i < count; ++i) {
            const double unit = static_cast<double>(words() & 0xFFFFFFu) * 0x1p-24;
            *value++ = static_cast<float>(unit * (2.0 * static_cast<double>(bound)) - static_cast<double>(bound));
        }
    }
}

std::vector<float> initial_parameters(const Net& net, uint64_t seed) {
    std::vector<float> values(static_cast<size_t>(net.parameter_count()));
    initial_parameters(net, seed, values);
    return values;
}

} // namespace mn
