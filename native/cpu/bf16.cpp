#include "cpu/bf16.h"

#include <algorithm>
#include <array>

namespace mn::cpu {

namespace {

// As in batch.cpp, of pairs of pixels. Measured likewise: at a share of 0.75 the lists take 0.80 of the dense time, at
// 0.90 0.95, at 0.94 1.14. MNIST has 0.42.
constexpr double kBreakEven = 0.85;

constexpr int64_t kGroupsInPanel = kPanel / kGroup;

template <class Pixel>
void widen_rows(const Selection& selection, Range rows, Bf16Activations& dense) {
    const int64_t features = dense.columns;
    for (int64_t r = rows.begin; r < rows.end; ++r) {
        const Pixel* pixels = static_cast<const Pixel*>(selection.samples->pixels) + selection.sample(r) * features;
        for (int64_t panel = 0; panel < dense.panels(); ++panel) {
            const int64_t first = panel * kPanel;
            bf16_widen(pixels + first, std::min(kPanel, features - first), dense.row(panel, r));
        }
    }
}

// output [rows, fan_out] = relu(scale * input * weight + bias), by tiles of rows and panels of columns.
void forward_dense(const Kernels& kernels, const PackedLayer& layer, const Bf16Weight& weight,
                   const Bf16Activations& input, float scale, int64_t rows, Activations& output, Bf16Activations* half,
                   const Worker& worker) {
    const Tiles tiles(rows, kBf16TileRows, 2);
    for_each_tile(worker, layer.panels(), tiles, [&](int64_t panel, Range range) {
        float* out = output.at(panel, range.begin);
        bf16_multiply({input.row(0, range.begin), input.panel_stride(), weight.at(panel, 0), weight.pairs(), scale, out,
                       range.size()});
        kernels.add_bias(out, range.size(), layer.bias.data() + panel * kPanel, half != nullptr);
        if (half)
            half->take(output, panel, range);
    });
}

void forward_sparse(const Kernels& kernels, const PackedLayer& layer, const Bf16Weight& weight, const Bf16Batch& batch,
                    float scale, int64_t rows, Activations& output, Bf16Activations* half, const Worker& worker) {
    const PanelGroups panels(layer.panels(), kMostGatherPanels);
    for_each_group(worker, panels, divide_up(rows, kGroup), [&](Range range, int64_t group) {
        const int64_t row = group * kGroup;
        Bf16SparseTile tile = batch.by_sample(group);
        tile.b = weight.at(range.begin, 0);
        tile.b_panel_stride = weight.panel_stride();
        tile.scale = scale;
        tile.out = output.at(range.begin, row);
        tile.out_panel_stride = output.panel_stride();
        tile.panels = range.size();
        bf16_gather(tile);
        for (int64_t panel = range.begin; panel < range.end; ++panel) {
            kernels.add_bias(output.at(panel, row), kGroup, layer.bias.data() + panel * kPanel, half != nullptr);
            if (half)
                half->take(output, panel, {row, std::min(row + kGroup, rows)});
        }
    });
}

// The gradient of one layer's weight, tile by tile, each handed to apply(block, gradient [block.rows][kPanel]).
template <class Apply>
void for_each_dense_gradient(const Bf16Activations& input, const Bf16Activations& delta, int64_t rows, float scale,
                             const Worker& worker, Apply apply) {
    alignas(64) float gradient[kPanel * kPanel];
    for_each_block(worker, {delta.panels(), input.columns}, [&](const WeightBlock& block) {
        const Bf16* a = input.pair(block.rows.begin / kPanel, 0);
        const Tiles tiles(block.rows.size(), kBf16TileRows);
        for (int64_t t = 0; t < tiles.tiles; ++t) {
            const Range range = tiles[t];
            bf16_outer({a + range.begin * 2, 0, delta.pair(block.panel, 0), divide_up(rows, 2), scale,
                        gradient + range.begin * kPanel, range.size()});
        }
        apply(block, gradient);
    });
}

} // namespace

Bf16Net::Bf16Net(const NetShape& net, Purpose purpose) {
    for (int l = 0; l < net.layers(); ++l) {
        weights.emplace_back(net.fan_in(l), net.fan_out(l));
        if (l > 0 && purpose == Purpose::training)
            transposed.emplace_back(net.fan_out(l), net.fan_in(l));
    }
}

void Bf16Net::refresh(const PackedNet& parameters) {
    for (size_t l = 0; l < weights.size(); ++l) {
        const PackedLayer& layer = parameters.layers[l];
        for (int64_t panel = 0; panel < layer.panels(); ++panel)
            for (int64_t row = 0; row < layer.fan_in; row += kPanel)
                refresh_rows(l, layer, panel, {row, std::min(row + kPanel, layer.fan_in)});
    }
}

void Bf16Net::refresh_rows(size_t l, const PackedLayer& layer, int64_t panel, Range rows) {
    const float* values = layer.weight_at(panel, rows.begin);
    bf16_pairs(values, rows.size(), weights[l].at(panel, rows.begin / 2));
    if (l == 0 || transposed.empty())
        return;
    const int64_t outputs = std::min(kPanel, layer.fan_out - panel * kPanel);
    Bf16* to = transposed[l - 1].at(rows.begin / kPanel, panel * kPanel / 2) + rows.begin % kPanel * 2;
    bf16_transposed_pairs(values, rows.size(), divide_up(outputs, 2), to);
}

int64_t Bf16Net::bytes() const {
    int64_t sum = 0;
    for (const Bf16Weight& weight : weights)
        sum += weight.values.bytes();
    for (const Bf16Weight& weight : transposed)
        sum += weight.values.bytes();
    return sum;
}

Bf16Activations::Bf16Activations(int64_t most, int64_t width, Purpose purpose)
    : capacity(round_up(most, kGroup)), columns(width), rows(panels_of(width) * capacity * kPanel) {
    if (purpose == Purpose::training)
        pairs = Buffer<Bf16>(rows.size());
}

void Bf16Activations::take(const Activations& from, int64_t panel, Range range) {
    bf16_rows(from.at(panel, range.begin), range.size(), row(panel, range.begin));
    if (pairs.size() > 0)
        bf16_pairs(from.at(panel, range.begin), range.size(), pair(panel, range.begin));
}

Bf16Batch::Bf16Batch(int64_t capacity, int64_t features, Purpose purpose) : dense_(capacity, features, purpose) {
    const int64_t sample_groups = divide_up(capacity, kGroup), pixel_groups = panels_of(features) * kGroupsInPanel;
    sample_stride_ = panels_of(features) * kPanel / 2 + 16; // bf16_list writes whole vectors
    sample_counts_ = Buffer<int32_t>(sample_groups);
    sample_index_ = Buffer<int32_t>(sample_groups * sample_stride_);
    sample_values_ = Buffer<uint32_t>(sample_groups * kGroup * sample_stride_);
    if (purpose == Purpose::training) {
        pixel_stride_ = divide_up(capacity, 2);
        pixel_counts_ = Buffer<int32_t>(pixel_groups);
        pixel_index_ = Buffer<int32_t>(pixel_groups * pixel_stride_);
        pixel_values_ = Buffer<uint32_t>(pixel_groups * pixel_stride_ * kGroup);
    }
}

float Bf16Batch::scale_of(const Samples& samples) {
    return samples.type == PixelType::uint8 ? static_cast<float>(samples.scale) : 1.0f;
}

bool Bf16Batch::stage(const Selection& selection, const Worker& worker) {
    const int64_t rows = selection.rows, sample_groups = divide_up(rows, kGroup);
    const Range groups = worker.share_of(sample_groups);
    const Range own{groups.begin * kGroup, std::min(groups.end * kGroup, rows)};
    if (selection.samples->type == PixelType::uint8) {
        widen_rows<uint8_t>(selection, own, dense_);
    } else {
        widen_rows<float>(selection, own, dense_);
    }
    list_samples(rows, groups);
    worker.barrier();

    int64_t total = 0;
    for (int64_t g = 0; g < sample_groups; ++g)
        total += sample_counts_[g];
    const int64_t all = sample_groups * divide_up(dense_.columns, 2);
    const bool sparse = static_cast<double>(total) <= kBreakEven * static_cast<double>(all);
    if (selection.purpose == Purpose::training) {
        const Range panels = worker.share_of(dense_.panels());
        for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
            for (int64_t r = 0; r < rows; r += 2)
                bf16_interleave(dense_.row(panel, r), r + 1 < rows ? dense_.row(panel, r + 1) : nullptr,
                                dense_.pair(panel, r));
            if (sparse)
                list_pixels(rows, panel);
        }
    }
    worker.barrier();
    return sparse;
}

void Bf16Batch::list_samples(int64_t rows, Range groups) {
    for (int64_t g = groups.begin; g < groups.end; ++g) {
        int32_t* index = sample_index_.data() + g * sample_stride_;
        uint32_t* values = sample_values_.data() + g * sample_stride_ * kGroup;
        int64_t count = 0;
        for (int64_t panel = 0; panel < dense_.panels(); ++panel) {
            std::array<const Bf16*, kGroup> group;
            for (int64_t i = 0; i < kGroup; ++i)
                group[static_cast<size_t>(i)] = dense_.row(panel, std::min(g * kGroup + i, rows - 1));
            count += bf16_list(group.data(), static_cast<int32_t>(panel * kPanel / 2), index + count, values + count,
                               sample_stride_);
        }
        sample_counts_[g] = static_cast<int32_t>(count);
    }
}

void Bf16Batch::list_pixels(int64_t rows, int64_t panel) {
    std::array<int32_t, kGroupsInPanel> counts = {};
    const int64_t first = panel * kGroupsInPanel;
    int32_t* index = pixel_index_.data() + first * pixel_stride_;
    uint32_t* values = pixel_values_.data() + first * pixel_stride_ * kGroup;
    for (int64_t r = 0; r < rows; r += 2)
        bf16_list_groups(dense_.pair(panel, r), static_cast<int32_t>(r / 2), pixel_stride_, counts.data(), index,
                         values);
    std::copy(counts.begin(), counts.end(), pixel_counts_.data() + first);
}

Bf16SparseTile Bf16Batch::by_sample(int64_t group) const {
    Bf16SparseTile tile;
    tile.index = sample_index_.data() + group * sample_stride_;
    tile.a = sample_values_.data() + group * sample_stride_ * kGroup;
    tile.entry_stride = 1;
    tile.row_stride = sample_stride_;
    tile.count = sample_counts_[group];
    return tile;
}

Bf16SparseTile Bf16Batch::by_pixel(int64_t group) const {
    Bf16SparseTile tile;
    tile.index = pixel_index_.data() + group * pixel_stride_;
    tile.a = pixel_values_.data() + group * pixel_stride_ * kGroup;
    tile.entry_stride = kGroup;
    tile.row_stride = 1;
    tile.count = pixel_counts_[group];
    return tile;
}

int64_t Bf16Batch::bytes() const {
    return dense_.bytes() + sample_counts_.bytes() + sample_index_.bytes() + sample_values_.bytes() +
           pixel_counts_.bytes() + pixel_index_.bytes() + pixel_values_.bytes();
}

Bf16Buffers::Bf16Buffers(const NetShape& net, int64_t capacity, Purpose purpose)
    : batch(capacity, net.features(), purpose) {
    for (int l = 0; l < net.layers(); ++l) {
        if (l + 1 < net.layers())
            outputs.emplace_back(capacity, net.fan_out(l), purpose);
        if (purpose == Purpose::training)
            deltas.emplace_back(capacity, net.fan_out(l), purpose);
    }
}

int64_t Bf16Buffers::bytes() const {
    int64_t sum = batch.bytes();
    for (const Bf16Activations& output : outputs)
        sum += output.bytes();
    for (const Bf16Activations& delta : deltas)
        sum += delta.bytes();
    return sum;
}

bool bf16_forward(const Kernels& kernels, const PackedNet& parameters, const Bf16Net& net, const Selection& selection,
                  ForwardBuffers& buffers, Bf16Buffers& halves, const Worker& worker) {
    const bool sparse = halves.batch.stage(selection, worker);
    const int64_t rows = selection.rows;
    for (size_t l = 0; l < net.weights.size(); ++l) {
        const PackedLayer& layer = parameters.layers[l];
        Bf16Activations* half = l < halves.outputs.size() ? &halves.outputs[l] : nullptr;
        const float scale = l == 0 ? Bf16Batch::scale_of(*selection.samples) : 1.0f;
        if (l == 0 && sparse) {
            forward_sparse(kernels, layer, net.weights[l], halves.batch, scale, rows, buffers.outputs[l], half, worker);
        } else {
            const Bf16Activations& input = l == 0 ? halves.batch.dense() : halves.outputs[l - 1];
            forward_dense(kernels, layer, net.weights[l], input, scale, rows, buffers.outputs[l], half, worker);
        }
        worker.barrier();
    }
    return sparse;
}

void bf16_backward(const Kernels& kernels, const Bf16Net& net, size_t l, const Activations& input, int64_t rows,
                   Bf16Buffers& halves, Activations& input_delta, const Worker& worker) {
    const Bf16Weight& weight = net.transposed[l - 1];
    const Bf16Activations& output_delta = halves.deltas[l];
    const Tiles tiles(rows, kBf16TileRows, 2);
    for_each_tile(worker, input.panels(), tiles, [&](int64_t panel, Range range) {
        float* out = input_delta.at(panel, range.begin);
        bf16_multiply({output_delta.row(0, range.begin), output_delta.panel_stride(), weight.at(panel, 0),
                       weight.pairs(), 1, out, range.size()});
        kernels.mask(out, input.at(panel, range.begin), range.size() * kPanel);
        halves.deltas[l - 1].take(input_delta, panel, range);
    });
}

void bf16_update(const Updater& updater, TrainingState& state, Bf16Net& net, size_t l, const UpdateConstants& constants,
                 const Bf16Buffers& halves, const Activations& delta, int64_t rows, bool sparse, float scale,
                 const Worker& worker) {
    const auto apply = [&](const WeightBlock& block, const float* gradient) {
        updater.apply(l, constants, block, gradient, delta, rows);
        net.refresh_rows(l, state.parameters.layers[l], block.panel, block.rows);
    };
    if (l == 0 && sparse) {
        const Bf16Activations& half_delta = halves.deltas[0];
        const auto tile_of = [&](int64_t group, int64_t panel) {
            Bf16SparseTile tile = halves.batch.by_pixel(group);
            tile.b = half_delta.pair(panel, 0);
            tile.b_panel_stride = half_delta.panel_stride();
            tile.scale = scale;
            return tile;
        };
        for_each_sparse_gradient(worker, {half_delta.panels(), kMostGatherPanels}, state.parameters.layers[0].fan_in,
                                 tile_of, bf16_gather, apply);
    } else {
        const Bf16Activations& input = l == 0 ? halves.batch.dense() : halves.outputs[l - 1];
        for_each_dense_gradient(input, halves.deltas[l], rows, scale, worker, apply);
    }
}

} // namespace mn::cpu
