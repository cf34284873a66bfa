#include "cpu/update.h"

namespace mn::cpu {

TrainingState::TrainingState(const Net& net, UpdateRule rule) : parameters(net) {
    for (int m = 0; m < moments_of(rule); ++m)
        moments.emplace_back(net);
}

void TrainingState::copy(const TrainingState& from, const Worker& worker) {
    const auto copy_part = [&](const Buffer<float>& source, Buffer<float>& target) {
        const Range part = worker.share_of(source.size());
        std::copy(source.data() + part.begin, source.data() + part.end, target.data() + part.begin);
    };
    const auto copy_net = [&](const PackedNet& source, PackedNet& target) {
        for (size_t l = 0; l < source.layers.size(); ++l) {
            copy_part(source.layers[l].weight, target.layers[l].weight);
            copy_part(source.layers[l].bias, target.layers[l].bias);
        }
    };
    copy_net(from.parameters, parameters);
    for (size_t m = 0; m < moments.size(); ++m)
        copy_net(from.moments[m], moments[m]);
}

int64_t TrainingState::bytes() const {
    int64_t sum = parameters.bytes();
    for (const PackedNet& moment : moments)
        sum += moment.bytes();
    return sum;
}

CarriedGradient::CarriedGradient(const Net& net) {
    for (int l = 0; l < net.layers(); ++l) {
        const int64_t rows = round_up(net.fan_in(l), kGroup), panels = panels_of(net.fan_out(l));
        layers_.push_back({rows, Buffer<float>(panels * rows * kPanel), Buffer<float>(panels * kColumnSums * kPanel)});
    }
}

int64_t CarriedGradient::bytes() const {
    int64_t sum = 0;
    for (const Layer& layer : layers_)
        sum += layer.weight.bytes() + layer.bias.bytes();
    return sum;
}

bool Updater::apply(size_t l, const WeightBlock& block, const float* gradient, const Activations& delta,
                    int64_t rows) const {
    if (part_.last) {
        const int64_t index = state_.parameters.layers[l].weight_index(block.panel, block.rows.begin);
        apply(&PackedLayer::weight, l, block.panel, index, block.rows.size(), gradient);
    }
    if (block.rows.begin != 0)
        return part_.last;
    constexpr int64_t kSums = CarriedGradient::kColumnSums * kPanel;
    alignas(64) float own[kSums], bias_gradient[kPanel];
    float* const sums = part_.carried ? part_.carried->bias(l, block.panel) : own;
    if (part_.first)
        std::fill_n(sums, kSums, 0.0f);
    kernels_.column_sum(delta.at(block.panel, 0), rows, sums, bias_gradient);
    if (part_.last)
        apply(&PackedLayer::bias, l, block.panel, block.panel * kPanel, 1, bias_gradient);
    return part_.last;
}

void Updater::apply(Buffer<float> PackedLayer::*part, size_t l, int64_t panel, int64_t index, int64_t rows,
                    const float* gradient) const {
    PackedLayer& layer = state_.parameters.layers[l];
    float* const parameters = (layer.*part).data() + index;
    UpdateSlice slice{gradient, parameters, {}, rows * kPanel};
    for (size_t m = 0; m < state_.moments.size(); ++m)
        slice.moments[m] = (state_.moments[m].layers[l].*part).data() + index;
    kernels_.update(rule_, constants_, slice);
    // Adam divides the padding's 0 by its 0 where eps is 0; the bf16 products take in a column of padding.
    if (constants_.eps != 0)
        return;
    const int64_t columns = std::min(kPanel, layer.fan_out - panel * kPanel);
    for (int64_t row = 0; row < rows; ++row)
        std::fill(parameters + row * kPanel + columns, parameters + (row + 1) * kPanel, 0.0f);
}

} // namespace mn::cpu
