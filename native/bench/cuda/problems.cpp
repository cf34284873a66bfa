#include "problems.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "net/error.h"
#include "net/initialise.h"

namespace mn::bench {

double Problem::step_flop() const {
    double forward = 0, below = 0; // the first layer hands nothing further down
    for (int l = 0; l < net.layers(); ++l) {
        const double products = 2.0 * static_cast<double>(net.fan_in(l)) * static_cast<double>(net.fan_out(l));
        forward += products;
        below += l > 0 ? products : 0;
    }
    return (2 * forward + below) * static_cast<double>(batch);
}

Images::Images(const Net& net, int64_t count)
    : pixels(static_cast<size_t>(net.features() * count)), labels(static_cast<size_t>(count)),
      features(net.features()) {
    uint32_t state = 12345;
    const auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 8; };
    for (uint8_t& p : pixels)
        p = next() % 5 == 0 ? static_cast<uint8_t>(next() % 255 + 1) : 0;
    for (int32_t& label : labels)
        label = static_cast<int32_t>(next() % static_cast<uint32_t>(net.classes()));
}

Data Images::samples() const {
    return {pixels.data(), PixelType::uint8, 1 / 255.0, labels.data(), static_cast<int64_t>(labels.size()), features};
}

std::unique_ptr<Trainer> started(std::unique_ptr<Trainer> trainer, const Net& net, const Data& samples) {
    const std::vector<float> initial = initial_parameters(net, 0);
    trainer->write(Slot::parameters, initial);
    trainer->bind(samples);
    return trainer;
}

std::vector<int32_t> shuffled(int64_t count) {
    std::vector<int32_t> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    return order;
}

std::vector<double> train(Trainer& trainer, int64_t samples, int64_t batch, double learning_rate,
                          const std::vector<int32_t>& order) {
    const size_t steps = static_cast<size_t>((samples + batch - 1) / batch);
    const std::vector<double> rates(steps, learning_rate);
    std::vector<StepResult> results(steps);
    if (trainer.train({order.empty() ? nullptr : order.data(), 0, samples, batch, rates.data()}, results).diverged)
        throw Error(Status::diverged, "the benchmark's loss is not finite");
    std::vector<double> losses;
    for (const StepResult& r : results)
        losses.push_back(r.objective);
    return losses;
}

} // namespace mn::bench
