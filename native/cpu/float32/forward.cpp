#include "cpu/float32/forward.h"

#include <algorithm>

namespace mn::cpu {

namespace {

// Room for whole groups, which a gather writes. Rows of a panel that lie a multiple of 4 KiB apart from the next
// panel's fall on the same cache sets: keep clear of it.
int64_t padded_capacity(int64_t rows) {
    constexpr int64_t kUnit = 4;
    static_assert(kUnit % kGroup == 0);
    const int64_t whole = round_up(std::max<int64_t>(rows, 1), kUnit);
    return whole % kPanel == 0 ? whole + kUnit : whole;
}

// output [rows, fan_out] = relu(input [rows, fan_in] * weight + bias), by tiles of rows and panels of columns.
void forward_dense(const Kernels& kernels, const PackedLayer& layer, const Activations& input, int64_t rows, bool relu,
                   Activations& output, const Worker& worker) {
    const Tiles tiles(rows, kernels.tile_rows);
    for_each_tile(worker, layer.panels(), tiles, [&](int64_t panel, Range range) {
        Tile tile;
        tile.a = input.at(0, range.begin);
        tile.a_panel_stride = input.panel_stride();
        tile.b = layer.weight_at(panel, 0);
        tile.depth = layer.fan_in;
        tile.out = output.at(panel, range.begin);
        tile.rows = range.size();
        tile.columns = output.columns_of(panel);
        tile.epilogue = relu ? Epilogue::bias_relu : Epilogue::bias;
        tile.beside = layer.bias.data() + panel * kPanel;
        kernels.multiply(tile);
    });
}

// The same from lists of non-zero inputs, by groups of rows and of panels. Rows beyond the last sample hold copies of
// it.
void forward_sparse(const Kernels& kernels, const PackedLayer& layer, const Batch& batch, int64_t rows, bool relu,
                    Activations& output, const Worker& worker) {
    const PanelGroups panels(layer.panels(), kernels.gather_panels);
    const int64_t strips = divide_up(layer.fan_in, Batch::kPixelStrip);
    for_each_run(worker, panels, divide_up(rows, kGroup), [&](Range range, Range groups) {
        for (int64_t strip = 0; strip < strips; ++strip) {
            SparseTile tile = batch.by_sample(groups, strip);
            tile.b = layer.weight_at(range.begin, strip * Batch::kPixelStrip);
            tile.b_panel_stride = layer.panel_stride();
            tile.out = output.at(range.begin, groups.begin * kGroup);
            tile.out_panel_stride = output.panel_stride();
            tile.panels = range.size();
            if (strip + 1 == strips) {
                tile.epilogue = relu ? Epilogue::bias_relu : Epilogue::bias;
                tile.bias = layer.bias.data() + range.begin * kPanel;
            }
            kernels.gather(tile);
        }
    });
}

} // namespace

ForwardBuffers::ForwardBuffers(const Net& net, int64_t rows, Purpose purpose, Precision precision)
    : capacity(padded_capacity(rows)), batch(precision == Precision::float32 ? capacity : 0, net.features(), purpose) {
    for (int l = 0; l < net.layers(); ++l)
        outputs.emplace_back(capacity, net.fan_out(l));
}

int64_t ForwardBuffers::bytes() const {
    int64_t sum = batch.bytes();
    for (const Activations& output : outputs)
        sum += output.bytes();
    return sum;
}

bool forward(const Kernels& kernels, const PackedNet& parameters, const Selection& selection, ForwardBuffers& buffers,
             const Worker& worker) {
    const bool sparse = buffers.batch.stage(kernels, selection, worker);
    const size_t layers = parameters.layers.size();
    for (size_t l = 0; l < layers; ++l) {
        const PackedLayer& layer = parameters.layers[l];
        const bool relu = l + 1 < layers;
        Activations& output = buffers.outputs[l];
        if (l == 0 && sparse) {
            forward_sparse(kernels, layer, buffers.batch, selection.rows, relu, output, worker);
        } else {
            const Activations& input = l == 0 ? buffers.batch.dense() : buffers.outputs[l - 1];
            forward_dense(kernels, layer, input, selection.rows, relu, output, worker);
        }
        worker.barrier();
    }
    return sparse;
}

} // namespace mn::cpu
