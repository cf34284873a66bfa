#include "support.h"

#include <cmath>
#include <map>
#include <random>

namespace mn::bench {

double known_peak(int threads) {
    static std::map<int, double> known;
    const auto [at, is_new] = known.try_emplace(threads, 0.0);
    if (is_new)
        at->second = peak_gflops(threads);
    return at->second;
}

Images::Images(int64_t images, bool dense)
    : pixels(static_cast<size_t>(images * 784)), labels(static_cast<size_t>(images)), count(images), features(784) {
    std::mt19937 random(7);
    const auto uniform = [&](double low, double high) {
        return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
    };
    for (int64_t i = 0; i < images; ++i) {
        labels[static_cast<size_t>(i)] = static_cast<int32_t>(random() % 10);
        // A slanted ring: pixels within a width of an ellipse's rim.
        const double x0 = uniform(12, 15), y0 = uniform(12, 15), a = uniform(4, 7), b = uniform(7, 9);
        const double slant = uniform(-0.4, 0.4), width = uniform(0.28, 0.34);
        for (int64_t p = 0; p < 784; ++p) {
            const double y = static_cast<double>(p / 28) - y0, x = static_cast<double>(p % 28) - x0 - slant * y;
            const double rim = std::abs(std::hypot(x / a, y / b) - 1);
            const bool ink = rim < width;
            pixels[static_cast<size_t>(i * 784 + p)] = static_cast<uint8_t>(ink || dense ? 1 + random() % 255 : 0);
        }
    }
}

Data Images::samples() const {
    return {pixels.data(), PixelType::uint8, 1.0 / 255, labels.data(), count, features};
}

Net article_net() {
    return {{784, 312, 256, 10}};
}

Net wide_net() {
    return {{784, 2048, 2048, 10}};
}

// Forward and weight gradient of every layer, backward through all but the first.
double step_flop(const Net& net, int64_t rows) {
    double sum = 0;
    for (int l = 0; l < net.layers(); ++l)
        sum += static_cast<double>(net.fan_in(l) * net.fan_out(l)) * (l == 0 ? 4 : 6);
    return sum * static_cast<double>(rows);
}

void report_flop(benchmark::State& state, double flop_per_iteration, int threads) {
    using benchmark::Counter;
    const double gflop = flop_per_iteration * 1e-9;
    // Google Benchmark prints a rate with "/s" behind it. Seconds that the work takes at the peak, per second: the
    // share.
    state.counters["GFLOP"] = Counter(gflop, Counter::kIsIterationInvariantRate);
    state.counters["peak_share"] = Counter(gflop / known_peak(threads), Counter::kIsIterationInvariantRate);
}

} // namespace mn::bench
