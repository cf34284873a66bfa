// The step with bf16 products: the same rooms as the float32 step, on bf16 copies of weights, activations and deltas.
// Sums, biases, master weights and the optimizer stay float32. Only for machines with machine_has_bf16().
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/float32/forward.h"
#include "cpu/float32/update.h"
#include "cpu/kernels/bf16.h"
#include "cpu/kernels/kernels.h"
#include "cpu/layout.h"
#include "cpu/pool.h"

namespace mn::cpu {

// A layer's weight in bf16, in the pairs form.
struct Bf16Weight {
    int64_t fan_in = 0, fan_out = 0;
    Buffer<Bf16> values; // [panels of fan_out][pairs of fan_in][kPanel][2]

    Bf16Weight(int64_t in, int64_t out)
        : fan_in(in), fan_out(out), values(panels_of(out) * divide_up(in, 2) * kPairRow) {}
    int64_t pairs() const { return divide_up(fan_in, 2); }
    int64_t panel_stride() const { return pairs() * kPairRow; }
    Bf16* at(int64_t panel, int64_t pair) { return values.data() + panel * panel_stride() + pair * kPairRow; }
    const Bf16* at(int64_t panel, int64_t pair) const {
        return values.data() + panel * panel_stride() + pair * kPairRow;
    }
};

// The weights of a net, and their transposes where there is training.
struct Bf16Net {
    std::vector<Bf16Weight> weights;
    std::vector<Bf16Weight> transposed; // [layer - 1]

    Bf16Net(const Net& net, Purpose purpose);
    // Takes over float32 weights: all, or rows of one panel, which begin at an even row.
    void refresh(const PackedNet& parameters);
    void refresh_rows(size_t l, const PackedLayer& layer, int64_t panel, Range rows);
    int64_t bytes() const;
};

// A matrix of samples in bf16, in the rows form and, for training, in the pairs form.
struct Bf16Activations {
    int64_t capacity = 0, columns = 0; // capacity is even
    Buffer<Bf16> rows, pairs;

    Bf16Activations(int64_t rows, int64_t columns, Purpose purpose);
    int64_t panels() const { return panels_of(columns); }
    int64_t columns_of(int64_t panel) const { return std::min(kPanel, columns - panel * kPanel); }
    int64_t panel_stride() const { return capacity * kPanel; }
    Bf16* row(int64_t panel, int64_t r) { return rows.data() + panel * panel_stride() + r * kPanel; }
    const Bf16* row(int64_t panel, int64_t r) const { return rows.data() + panel * panel_stride() + r * kPanel; }
    // The pair that row r, an even number, is the first of.
    Bf16* pair(int64_t panel, int64_t r) { return pairs.data() + panel * panel_stride() + r * kPanel; }
    const Bf16* pair(int64_t panel, int64_t r) const { return pairs.data() + panel * panel_stride() + r * kPanel; }
    // Has a product put its rows, from row r of a panel on, here as well; r is even.
    void receive(int64_t panel, int64_t r, Bf16Finish& finish);
    // Takes over rows [rows.begin, rows.end) of a panel; rows.begin is even, and so is rows.end unless it is the last.
    void take(const Activations& from, int64_t panel, Range rows);
    int64_t bytes() const { return rows.bytes() + pairs.bytes(); }
};

// As NonZeros, of pairs: of columns, where rows are samples, or of samples, where rows are pixels.
struct Bf16NonZeros {
    int64_t capacity = 0; // entries a list may have
    Buffer<int32_t> counts, index;
    Buffer<uint32_t> values; // [group][kGroup][capacity]

    Bf16NonZeros() = default;
    // rows, pairs: the most there will be.
    Bf16NonZeros(int64_t rows, int64_t pairs);
    int32_t* index_of(int64_t group) { return index.data() + group * capacity; }
    // The group's first row; the second one's values are `capacity` further.
    uint32_t* values_of(int64_t group) { return values.data() + group * kGroup * capacity; }
    Bf16SparseTile tile(Range groups) const;
    int64_t bytes() const { return counts.bytes() + index.bytes() + values.bytes(); }
};

// A batch in bf16, dense or as lists of non-zero pairs of pixels (by sample) and of samples (by pixel).
class Bf16Batch {
  public:
    Bf16Batch(int64_t capacity, int64_t features, Purpose purpose);

    // As Batch::stage.
    bool stage(const Kernels& kernels, const Selection& selection, const Worker& worker);
    // What the first layer's products are multiplied by: raw bytes are exact in bf16, so their scale comes last.
    static float scale_of(const Data& samples);

    const Bf16Activations& dense() const { return dense_; }
    Bf16SparseTile by_sample(Range groups) const { return by_sample_.tile(groups); }
    Bf16SparseTile by_pixel(Range groups) const { return by_pixel_.tile(groups); }
    int64_t bytes() const;

  private:
    // From bytes; floats are widened first.
    void list_samples(const Selection& selection, Range groups);
    void list_pixels(const Kernels& kernels, const Selection& selection, Range groups);
    void list_widened_samples(int64_t rows, Range groups);
    void list_widened_pixels(int64_t rows, int64_t panel);

    Bf16Activations dense_;
    Bf16NonZeros by_sample_, by_pixel_;
};

// What a step in bf16 keeps beside the float32 buffers.
struct Bf16Buffers {
    Bf16Batch batch;
    std::vector<Bf16Activations> outputs; // of each layer but the last
    std::vector<Bf16Activations> deltas;  // of each layer

    Bf16Buffers(const Net& net, int64_t capacity, Purpose purpose);
    int64_t bytes() const;
};

// As forward(). The float32 outputs are filled as well.
bool bf16_forward(const Kernels& kernels, const PackedNet& parameters, const Bf16Net& net, const Selection& selection,
                  ForwardBuffers& buffers, Bf16Buffers& halves, const Worker& worker);

// As backward(), from deltas[l] to deltas[l - 1]; input_delta is filled in float32, too, for the bias.
void bf16_backward(const Bf16Net& net, size_t l, const Activations& input, int64_t rows, Bf16Buffers& halves,
                   Activations& input_delta, const Worker& worker);

// As Updater::dense and Updater::sparse; scale: what a sum over the input is multiplied by.
void bf16_update(const Updater& updater, TrainingState& state, Bf16Net& net, size_t l, const StepConstants& constants,
                 const Bf16Buffers& halves, const Activations& delta, int64_t rows, bool sparse, float scale,
                 const Worker& worker);

} // namespace mn::cpu
