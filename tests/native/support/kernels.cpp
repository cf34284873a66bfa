#include "support/kernels.h"

#include <cmath>
#include <limits>
#include <random>

#include "cpu/kernels/isa.h"
#include "reference/activation.h"
#include "support/odd_shapes.h"

namespace mn::test {

std::vector<float> made_up_floats(int64_t count, uint32_t seed, double zeros) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> numbers(-1, 1);
    std::bernoulli_distribution is_zero(zeros);
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values)
        value = is_zero(random) ? 0 : numbers(random);
    return values;
}

std::vector<uint8_t> made_up_bytes(int64_t count, uint32_t seed, double zeros) {
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> numbers(1, 255);
    std::bernoulli_distribution is_zero(zeros);
    std::vector<uint8_t> values(static_cast<size_t>(count));
    for (uint8_t& value : values)
        value = static_cast<uint8_t>(is_zero(random) ? 0 : numbers(random));
    return values;
}

std::vector<const cpu::Kernels*> all_kernels() {
    std::vector<const cpu::Kernels*> all;
    for (const std::string& isa : cpu::isa_levels())
        all.push_back(&cpu::kernels_of(isa));
    return all;
}

std::vector<Ending> all_endings() {
    std::vector<Ending> all = {{cpu::Epilogue::none, {}}, {cpu::Epilogue::bias, {}}};
    for (const Activation activation : all_activations()) {
        all.push_back({cpu::Epilogue::activate, activation});
        all.push_back({cpu::Epilogue::slope, activation});
    }
    return all;
}

std::string Ending::name() const {
    return "epilogue " + std::to_string(static_cast<int>(epilogue)) + ", activation " +
           std::to_string(static_cast<int>(activation.kind));
}

float Ending::beside(float bias_or_z) const {
    if (epilogue != cpu::Epilogue::slope)
        return bias_or_z;
    return static_cast<float>(slope_follows_from_value(activation) ? reference::activate(activation, bias_or_z)
                                                                   : reference::slope(activation, bias_or_z));
}

double Ending::of(double sum, float bias_or_z) const {
    switch (epilogue) {
    case cpu::Epilogue::none:
        break;
    case cpu::Epilogue::bias:
        return sum + bias_or_z;
    case cpu::Epilogue::activate:
        return reference::activate(activation, sum + bias_or_z);
    case cpu::Epilogue::slope:
        return sum * reference::slope(activation, bias_or_z);
    }
    return sum;
}

void Sum::add(double a, double b) {
    value_ += a * b;
    size_ += std::abs(a * b);
    ++terms_;
}

testing::AssertionResult Sum::near(float got, double want) const {
    constexpr double kHalfUnit = std::numeric_limits<float>::epsilon() / 2;
    const double bound = static_cast<double>(2 * terms_ + 4) * kHalfUnit * (size_ + 1);
    if (std::abs(got - want) <= bound)
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << got << " instead of " << want << ", off by more than " << bound;
}

} // namespace mn::test
