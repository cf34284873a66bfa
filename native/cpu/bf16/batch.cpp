#include "cpu/bf16/batch.h"

#include <algorithm>
#include <cstring>

namespace mn::cpu {

namespace {

// As in batch.cpp, of pairs of pixels. Measured likewise: at a share of 0.76 the lists take 0.84 of the dense time, at
// 0.91 0.93, at 0.96 1.0, at 0.98 0.97 to 1.05. MNIST has 0.30.
constexpr double kBreakEven = 0.9;

template <class Pixel>
void widen_rows(const Selection& selection, Range rows, Bf16Activations& dense) {
    const int64_t features = dense.columns;
    for (int64_t r = rows.begin; r < rows.end; ++r) {
        if (r % kGroup == 0)
            prefetch(selection, r / kGroup + kGroupsAhead);
        const Pixel* pixels = selection.pixels<Pixel>(r);
        for (int64_t panel = 0; panel < dense.panels(); ++panel) {
            const int64_t first = panel * kPanel;
            bf16_widen(pixels + first, std::min(kPanel, features - first), dense.row(panel, r));
        }
    }
}

// Where a layer's outputs go: float32 [rows, fan_out] and, but for the last layer, bf16 behind a ReLU.
Bf16Finish finish_of(const PackedLayer& layer, int64_t panel, int64_t row, float scale, Activations& output,
                     Bf16Activations* half) {
    Bf16Finish finish;
    finish.scale = scale;
    finish.epilogue = half ? Epilogue::bias_relu : Epilogue::bias;
    finish.beside = layer.bias.data() + panel * kPanel;
    finish.out = output.at(panel, row);
    finish.out_panel_stride = output.panel_stride();
    if (half)
        half->receive(panel, row, finish);
    return finish;
}

// output [rows, fan_out] = relu(scale * input * weight + bias), by tiles of rows and panels of columns.
void forward_dense(const PackedLayer& layer, const Bf16Weight& weight, const Bf16Activations& input, float scale,
                   int64_t rows, Activations& output, Bf16Activations* half, const Worker& worker) {
    const Tiles tiles(rows, kBf16TileRows, 2);
    for_each_tile(worker, layer.panels(), tiles, [&](int64_t panel, Range range) {
        bf16_multiply({input.row(0, range.begin), input.panel_stride(), weight.at(panel, 0), weight.pairs(),
                       range.size(), output.columns_of(panel),
                       finish_of(layer, panel, range.begin, scale, output, half)});
    });
}

// The same from lists of non-zero inputs. A last odd row is paired with a copy of itself; its partner in the gradient's
// product, the delta, has zeros there.
void forward_sparse(const PackedLayer& layer, const Bf16Weight& weight, const Bf16Batch& batch, float scale,
                    int64_t rows, Activations& output, Bf16Activations* half, const Worker& worker) {
    const PanelGroups panels(layer.panels(), kMostGatherPanels);
    for_each_run(worker, panels, divide_up(rows, kGroup), [&](Range range, Range groups) {
        Bf16SparseTile tile = batch.by_sample(groups);
        tile.b = weight.at(range.begin, 0);
        tile.b_panel_stride = weight.panel_stride();
        tile.panels = range.size();
        tile.finish = finish_of(layer, range.begin, groups.begin * kGroup, scale, output, half);
        bf16_gather(tile);
    });
}

// The gradient of one layer's weight, tile by tile, each handed to apply(block, gradient [block.rows][kPanel]).
template <class Apply>
void for_each_dense_gradient(const Bf16Activations& input, const Bf16Activations& delta, int64_t rows, float scale,
                             const Worker& worker, Apply apply) {
    alignas(64) float gradient[kPanel * kPanel];
    for_each_block(worker, {delta.panels(), input.columns}, [&](const WeightBlock& block) {
        const Bf16* a = input.pair(block.rows.begin / kPanel, 0);
        const int64_t columns = delta.columns_of(block.panel);
        clear_padding(columns, gradient);
        const Tiles tiles(block.rows.size(), kBf16TileRows);
        for (int64_t t = 0; t < tiles.tiles; ++t) {
            const Range range = tiles[t];
            Bf16Finish finish;
            finish.scale = scale;
            finish.out = gradient + range.begin * kPanel;
            bf16_outer({a + range.begin * 2, 0, delta.pair(block.panel, 0), divide_up(rows, 2), range.size(), columns,
                        finish});
        }
        apply(block, gradient);
    });
}

} // namespace

Bf16Net::Bf16Net(const Net& net, Purpose purpose) {
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
    : capacity(round_up(most, 2)), columns(width), rows(panels_of(width) * capacity * kPanel) {
    if (purpose == Purpose::training)
        pairs = Buffer<Bf16>(rows.size());
}

void Bf16Activations::receive(int64_t panel, int64_t r, Bf16Finish& finish) {
    finish.rows = row(panel, r);
    finish.pairs = pairs.size() > 0 ? pair(panel, r) : nullptr;
    finish.half_panel_stride = panel_stride();
}

void Bf16Activations::take(const Activations& from, int64_t panel, Range range) {
    bf16_rows(from.at(panel, range.begin), range.size(), row(panel, range.begin));
    if (pairs.size() > 0)
        bf16_pairs(from.at(panel, range.begin), range.size(), pair(panel, range.begin));
}

Bf16NonZeros::Bf16NonZeros(int64_t rows, int64_t pairs)
    : capacity(round_up(pairs, 16) + 16), // whole vectors are written
      counts(divide_up(rows, kGroup)), index(divide_up(rows, kGroup) * capacity), values(index.size() * kGroup) {}

Bf16SparseTile Bf16NonZeros::tile(Range groups) const {
    Bf16SparseTile tile;
    tile.index = index.data() + groups.begin * capacity;
    tile.values = values.data() + groups.begin * kGroup * capacity;
    tile.counts = counts.data() + groups.begin;
    tile.capacity = capacity;
    tile.groups = groups.size();
    return tile;
}

Bf16Batch::Bf16Batch(int64_t capacity, int64_t features, Purpose purpose)
    : dense_(capacity, features, purpose), by_sample_(capacity, panels_of(features) * kPanel / 2) {
    if (purpose == Purpose::training)
        by_pixel_ = Bf16NonZeros(panels_of(features) * kPanel, divide_up(capacity, 2));
}

float Bf16Batch::scale_of(const Data& samples) {
    return samples.type == PixelType::uint8 ? static_cast<float>(samples.scale) : 1.0f;
}

bool Bf16Batch::stage(const Kernels& kernels, const Selection& selection, const Worker& worker) {
    const int64_t rows = selection.rows, sample_groups = divide_up(rows, kGroup), pairs = divide_up(dense_.columns, 2);
    const Range groups = worker.share_of(sample_groups);
    const Range own{groups.begin * kGroup, std::min(groups.end * kGroup, rows)};
    const bool bytes = selection.samples->type == PixelType::uint8;
    const bool training = selection.purpose == Purpose::training;
    if (bytes) {
        list_samples(selection, groups);
    } else {
        widen_rows<float>(selection, own, dense_);
        list_widened_samples(rows, groups);
    }
    worker.barrier();

    int64_t total = 0;
    for (int64_t g = 0; g < sample_groups; ++g)
        total += by_sample_.counts[g];
    const bool sparse = static_cast<double>(total) <= kBreakEven * static_cast<double>(sample_groups * pairs);
    if (bytes && sparse) {
        if (training)
            list_pixels(kernels, selection, worker.share_of(pairs));
        worker.barrier();
        return true;
    }
    if (bytes) {
        widen_rows<uint8_t>(selection, own, dense_);
        worker.barrier();
    }
    const Range panels = worker.share_of(dense_.panels());
    for (int64_t panel = panels.begin; training && panel < panels.end; ++panel) {
        for (int64_t r = 0; r < rows; r += 2)
            bf16_interleave(dense_.row(panel, r), r + 1 < rows ? dense_.row(panel, r + 1) : nullptr,
                            dense_.pair(panel, r));
        if (sparse)
            list_widened_pixels(rows, panel);
    }
    worker.barrier();
    return sparse;
}

// A last odd sample is paired with itself, a last odd pixel with zeros.
void Bf16Batch::list_samples(const Selection& selection, Range groups) {
    constexpr int64_t kWords = 512; // at once
    const int64_t features = dense_.columns;
    uint32_t words[kWords];
    for (int64_t g = groups.begin; g < groups.end; ++g) {
        prefetch(selection, g + kGroupsAhead);
        const uint8_t* row = selection.pixels<uint8_t>(g * kGroup);
        const uint8_t* other = selection.pixels<uint8_t>(std::min(g * kGroup + 1, selection.rows - 1));
        int32_t* const index = by_sample_.index_of(g);
        uint32_t* const values = by_sample_.values_of(g);
        int64_t listed = 0;
        for (int64_t first = 0; first < divide_up(features, 2); first += kWords) {
            const int64_t whole = std::min(kWords, features / 2 - first);
            int64_t count = whole;
            bf16_words(row + 2 * first, other + 2 * first, whole, words);
            if (whole < kWords && features % 2 != 0)
                words[count++] = static_cast<uint32_t>(row[features - 1] | other[features - 1] << 16);
            std::fill(words + count, words + round_up(count, 16), 0);
            listed += bf16_list_words(words, round_up(count, 16), static_cast<int32_t>(first), index + listed,
                                      values + listed);
        }
        bf16_widen_words(listed, values, values + by_sample_.capacity);
        by_sample_.counts[g] = static_cast<int32_t>(listed);
    }
}

// A last odd sample is paired with zeros.
void Bf16Batch::list_pixels(const Kernels& kernels, const Selection& selection, Range groups) {
    for_each_pixel_group<uint8_t>(kernels, selection, groups, [&](int64_t group, Range samples, const uint16_t* pairs) {
        int32_t* const index = by_pixel_.index_of(group);
        uint32_t* const values = by_pixel_.values_of(group);
        int32_t& listed = by_pixel_.counts[group];
        if (samples.begin == 0)
            listed = 0;
        // Two samples' pairs are a word.
        listed += static_cast<int32_t>(
            bf16_list_words(reinterpret_cast<const uint32_t*>(pairs), round_up(samples.size(), kPanel) / 2,
                            static_cast<int32_t>(samples.begin / 2), index + listed, values + listed));
        if (samples.end == selection.rows)
            bf16_widen_crossed(listed, values, values + by_pixel_.capacity);
    });
}

void Bf16Batch::list_widened_samples(int64_t rows, Range groups) {
    for (int64_t g = groups.begin; g < groups.end; ++g) {
        int32_t* const index = by_sample_.index_of(g);
        uint32_t* const first = by_sample_.values_of(g);
        uint32_t* const second = first + by_sample_.capacity;
        const int64_t row = g * kGroup, other = std::min(row + 1, rows - 1);
        int64_t listed = 0;
        for (int64_t panel = 0; panel < dense_.panels(); ++panel)
            listed +=
                bf16_list(dense_.row(panel, row), dense_.row(panel, other), static_cast<int32_t>(panel * kPanel / 2),
                          index + listed, first + listed, second + listed);
        by_sample_.counts[g] = static_cast<int32_t>(listed);
    }
}

void Bf16Batch::list_widened_pixels(int64_t rows, int64_t panel) {
    constexpr int64_t kGroups = kPanel / kGroup;
    const int64_t first = panel * kGroups, capacity = by_pixel_.capacity;
    int32_t* const counts = by_pixel_.counts.data() + first;
    std::fill_n(counts, kGroups, 0);
    for (int64_t r = 0; r < rows; r += 2) {
        uint32_t pairs[kPanel];
        std::memcpy(pairs, dense_.pair(panel, r), sizeof(pairs));
        for (int64_t q = 0; q < kGroups; ++q) { // without a branch, which would be a guess
            uint32_t* const values = by_pixel_.values_of(first + q) + counts[q];
            by_pixel_.index_of(first + q)[counts[q]] = static_cast<int32_t>(r / 2);
            values[0] = pairs[2 * q];
            values[capacity] = pairs[2 * q + 1];
            counts[q] += (pairs[2 * q] | pairs[2 * q + 1]) != 0;
        }
    }
}

int64_t Bf16Batch::bytes() const {
    return dense_.bytes() + by_sample_.bytes() + by_pixel_.bytes();
}

Bf16Buffers::Bf16Buffers(const Net& net, int64_t capacity, Purpose purpose) : batch(capacity, net.features(), purpose) {
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
    const bool sparse = halves.batch.stage(kernels, selection, worker);
    const int64_t rows = selection.rows;
    for (size_t l = 0; l < net.weights.size(); ++l) {
        const PackedLayer& layer = parameters.layers[l];
        Bf16Activations* half = l < halves.outputs.size() ? &halves.outputs[l] : nullptr;
        const float scale = l == 0 ? Bf16Batch::scale_of(*selection.samples) : 1.0f;
        if (l == 0 && sparse) {
            forward_sparse(layer, net.weights[l], halves.batch, scale, rows, buffers.outputs[l], half, worker);
        } else {
            const Bf16Activations& input = l == 0 ? halves.batch.dense() : halves.outputs[l - 1];
            forward_dense(layer, net.weights[l], input, scale, rows, buffers.outputs[l], half, worker);
        }
        worker.barrier();
    }
    return sparse;
}

void bf16_backward(const Bf16Net& net, size_t l, const Activations& input, int64_t rows, Bf16Buffers& halves,
                   Activations& input_delta, const Worker& worker) {
    const Bf16Weight& weight = net.transposed[l - 1];
    const Bf16Activations& output_delta = halves.deltas[l];
    const Tiles tiles(rows, kBf16TileRows, 2);
    for_each_tile(worker, input.panels(), tiles, [&](int64_t panel, Range range) {
        Bf16Finish finish;
        finish.epilogue = Epilogue::mask;
        finish.beside = input.at(panel, range.begin);
        finish.out = input_delta.at(panel, range.begin);
        halves.deltas[l - 1].receive(panel, range.begin, finish);
        bf16_multiply({output_delta.row(0, range.begin), output_delta.panel_stride(), weight.at(panel, 0),
                       weight.pairs(), range.size(), input.columns_of(panel), finish});
    });
}

void bf16_update(const Updater& updater, TrainingState& state, Bf16Net& net, size_t l, const StepConstants& constants,
                 const Bf16Buffers& halves, const Activations& delta, int64_t rows, bool sparse, float scale,
                 const Worker& worker) {
    const auto apply = [&](const WeightBlock& block, const float* gradient) {
        updater.apply(l, constants, block, gradient, delta, rows);
        net.refresh_rows(l, state.parameters.layers[l], block.panel, block.rows);
    };
    if (l == 0 && sparse) {
        const Bf16Activations& half_delta = halves.deltas[0];
        const auto gather = [&](Range panels, Range groups, float* out, int64_t out_panel_stride) {
            Bf16SparseTile tile = halves.batch.by_pixel(groups);
            tile.b = half_delta.pair(panels.begin, 0);
            tile.b_panel_stride = half_delta.panel_stride();
            tile.panels = panels.size();
            tile.finish.scale = scale;
            tile.finish.out = out;
            tile.finish.out_panel_stride = out_panel_stride;
            bf16_gather(tile);
        };
        for_each_sparse_gradient(worker, {half_delta.panels(), kMostGatherPanels}, state.parameters.layers[0].fan_in,
                                 gather, apply);
    } else {
        const Bf16Activations& input = l == 0 ? halves.batch.dense() : halves.outputs[l - 1];
        for_each_dense_gradient(input, halves.deltas[l], rows, scale, worker, apply);
    }
}

} // namespace mn::cpu
