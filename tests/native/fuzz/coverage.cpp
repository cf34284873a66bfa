// libFuzzer wants the coverage that clang measures. GCC calls a function at every edge instead: it is counted here, in
// the section that libFuzzer watches besides.
#include <cstdint>

namespace {

constexpr uintptr_t kCounters = 1 << 16;
[[gnu::section("__libfuzzer_extra_counters")]] uint8_t counters[kCounters];

} // namespace

extern "C" __attribute__((no_sanitize_coverage, no_sanitize("address", "undefined"))) void __sanitizer_cov_trace_pc() {
    const auto place = reinterpret_cast<uintptr_t>(__builtin_return_address(0));
    uint8_t& counter = counters[(place ^ place >> 16) % kCounters];
    counter = static_cast<uint8_t>(counter + (counter < 255));
}

// GCC reports comparisons of floating-point numbers too, which libFuzzer has no use for.
extern "C" void __sanitizer_cov_trace_cmpf(float, float) {}
extern "C" void __sanitizer_cov_trace_cmpd(double, double) {}
