#include "cpu/float32/batch.h"

#include <algorithm>

namespace mn::cpu::float32 {

namespace {

// Share of the (sample group, pixel) pairs with a non-zero pixel up to which the lists win. Measured on a Zen 4, whole
// article step, pixels non-zero at random: at a share of 0.51 the lists take 0.70 of the dense time (AVX2: 0.76), at
// 0.70 0.87 (0.88), at 0.88 0.96 (0.98), at 0.94 0.96 (0.98), at 0.98 1.00 (0.99). MNIST has 0.27.
constexpr double kBreakEven = 0.9;

void interleave(const Kernels& kernels, const uint8_t* first, const uint8_t* second, int64_t count, uint16_t* pairs) {
    kernels.interleave(first, second, count, pairs);
}
void interleave(const Kernels&, const float* first, const float* second, int64_t count, FloatPair* pairs) {
    for (int64_t i = 0; i < count; ++i)
        pairs[i] = {first[i], second[i]};
}

int64_t list_pairs(const Kernels& kernels, const uint16_t* pairs, int64_t count, uint32_t* entries, FloatPair*) {
    return kernels.list_pairs(pairs, count, entries);
}
int64_t list_pairs(const Kernels& kernels, const FloatPair* pairs, int64_t count, uint32_t* entries,
                   FloatPair* values) {
    return kernels.list_float_pairs(&pairs->first, count, entries, &values->first);
}

// Lists groups of samples [groups.begin, groups.end). A last odd sample is paired with itself.
template <class Pixel>
void list_samples(const Pixels<Pixel>& pixels, Range groups, NonZeros& lists) {
    const Selection& selection = pixels.selection;
    const int64_t features = selection.samples->features, strips = lists.strips(features);
    PixelPair<Pixel> pairs[Batch::kPixelStrip];
    alignas(64) Pixel scratch[kGroup][Batch::kPixelStrip];
    for (int64_t g = groups.begin; g < groups.end; ++g) {
        prefetch(selection, g + kGroupsAhead);
        const int64_t row = g * kGroup, other = std::min(row + 1, selection.rows - 1);
        for (int64_t s = 0; s < strips; ++s) {
            const Range columns = lists.strip(s, features);
            interleave(pixels.kernels, pixels.at(row, columns, scratch[0]), pixels.at(other, columns, scratch[1]),
                       columns.size(), pairs);
            std::fill(pairs + columns.size(), pairs + round_up(columns.size(), kPanel), PixelPair<Pixel>{});
            lists.list(pixels.kernels, g, s, pairs, columns.size());
        }
    }
}

int64_t count_pairs(const Kernels& kernels, const uint8_t* first, const uint8_t* second, int64_t count) {
    return kernels.count_byte_pairs(first, second, count);
}
int64_t count_pairs(const Kernels& kernels, const float* first, const float* second, int64_t count) {
    return kernels.count_float_pairs(first, second, count);
}

// How many entries list_samples() would list of each group.
template <class Pixel>
void count_samples(const Pixels<Pixel>& pixels, Range groups, const NonZeros& lists, int32_t* counts) {
    const Selection& selection = pixels.selection;
    const int64_t features = selection.samples->features, strips = lists.strips(features);
    alignas(64) Pixel scratch[kGroup][Batch::kPixelStrip];
    for (int64_t g = groups.begin; g < groups.end; ++g) {
        prefetch(selection, g + kGroupsAhead);
        const int64_t row = g * kGroup, other = std::min(row + 1, selection.rows - 1);
        int64_t entries = 0;
        for (int64_t s = 0; s < strips; ++s) {
            const Range columns = lists.strip(s, features);
            entries += count_pairs(pixels.kernels, pixels.at(row, columns, scratch[0]),
                                   pixels.at(other, columns, scratch[1]), columns.size());
        }
        counts[g] = static_cast<int32_t>(entries);
    }
}

// Lists pixel groups [groups.begin, groups.end) over all samples of the batch.
template <class Pixel>
void list_pixels(const Pixels<Pixel>& pixels, Range groups, NonZeros& lists) {
    for_each_pixel_group(pixels, groups, [&](int64_t group, Range samples, const PixelPair<Pixel>* pairs) {
        lists.list(pixels.kernels, group, samples.begin / kSampleStrip, pairs, samples.size());
    });
}

void widen(const Kernels& kernels, const uint8_t* pixels, int64_t count, double scale, float* values) {
    kernels.widen(pixels, count, scale, values);
}
void widen(const Kernels&, const float* pixels, int64_t count, double, float* values) {
    std::copy_n(pixels, count, values);
}

void look_up(const float* table, const uint8_t* pixels, int64_t count, float* values) {
    for (int64_t i = 0; i < count; ++i)
        values[i] = table[pixels[i]];
}
void look_up(const float*, const float*, int64_t, float*) {} // floats have none

// table: what a byte stands for behind the input's dropout; null: widened by their scale. A batch that is listed has
// the same values, so that a batch in parts of either kind has the bits of a whole one.
template <class Pixel>
void fill_dense(const Pixels<Pixel>& pixels, Range rows, const float* table, Activations& dense) {
    alignas(64) Pixel scratch[kPanel];
    for (int64_t row = rows.begin; row < rows.end; ++row) {
        for (int64_t panel = 0; panel < dense.panels(); ++panel) {
            const Range columns{panel * kPanel, panel * kPanel + dense.columns_of(panel)};
            const Pixel* const from = pixels.at(row, columns, scratch);
            float* const to = dense.at(panel, row);
            if (table)
                look_up(table, from, columns.size(), to);
            else
                widen(pixels.kernels, from, columns.size(), pixels.selection.samples->scale, to);
        }
    }
}

} // namespace

NonZeros::NonZeros(int64_t rows, int64_t columns, int64_t strip)
    : capacity_(round_up(columns, kPanel)), strip_(strip), starts_stride_(divide_up(columns, strip) + 1),
      starts_(divide_up(rows, kGroup) * starts_stride_), entries_(divide_up(rows, kGroup) * capacity_),
      values_(entries_.size()) {}

template <class Pair>
void NonZeros::list(const Kernels& kernels, int64_t group, int64_t strip, const Pair* pairs, int64_t columns) {
    int32_t* starts = starts_.data() + group * starts_stride_ + strip;
    const int64_t begin = strip == 0 ? 0 : starts[0], at = group * capacity_ + begin;
    const int64_t listed =
        list_pairs(kernels, pairs, round_up(columns, kPanel), entries_.data() + at, values_.data() + at);
    starts[0] = static_cast<int32_t>(begin);
    starts[1] = static_cast<int32_t>(begin + listed);
}

SparseTile NonZeros::tile(Range groups, int64_t strip, const float* table) const {
    SparseTile tile;
    tile.entries = entries_.data() + groups.begin * capacity_;
    tile.table = table;
    if (!table)
        tile.values = &values_.data()[groups.begin * capacity_].first;
    tile.starts = starts_.data() + groups.begin * starts_stride_ + strip;
    tile.capacity = capacity_;
    tile.starts_stride = starts_stride_;
    tile.groups = groups.size();
    tile.accumulate = strip > 0;
    return tile;
}

Batch::Batch(int64_t capacity, int64_t features, double dropout, Purpose purpose)
    : p_(dropout), dense_(capacity, features), by_sample_(capacity, features, kPixelStrip),
      counts_(divide_up(capacity, kGroup)) {
    if (purpose == Purpose::training)
        by_pixel_ = NonZeros(features, capacity, kSampleStrip);
    if (purpose == Purpose::training && dropout > 0)
        dropout_ = InputDropout(capacity, features);
}

void Batch::stage(const Kernels& kernels, const Selection& selection, const Worker& worker) {
    if (selection.samples->type == PixelType::uint8)
        stage_pixels<uint8_t>(kernels, selection, worker);
    else
        stage_pixels<float>(kernels, selection, worker);
}

template <class Pixel>
void Batch::stage_pixels(const Kernels& kernels, const Selection& selection, const Worker& worker) {
    const int64_t features = selection.samples->features;
    const int64_t sample_groups = divide_up(selection.rows, kGroup);
    const Range groups = worker.share_of(sample_groups);
    const bool drops = selection.draws && p_ > 0;
    const double kept_scale = drops ? 1 / (1 - p_) : 1;
    const Pixels<Pixel> pixels{kernels, selection, drops ? &dropout_ : nullptr, static_cast<float>(kept_scale)};
    if (worker.leads())
        set_table(*selection.samples, kept_scale);
    if (drops)
        draw_rows<Pixel>(kernels, selection, {p_, *selection.draws, 0},
                         {groups.begin * kGroup, std::min(groups.end * kGroup, selection.rows)}, dropout_);
    // As the batch before: to list takes far longer than to count, but need not be done twice.
    const bool listed = sparse_;
    if (listed)
        list_samples<Pixel>(pixels, groups, by_sample_);
    else
        count_samples<Pixel>(pixels, groups, by_sample_, counts_.data());
    worker.barrier();

    int64_t total = 0;
    for (int64_t g = 0; g < sample_groups; ++g)
        total += listed ? by_sample_.count(g, by_sample_.strips(features)) : counts_[g];
    const bool sparse = static_cast<double>(total) <= kBreakEven * static_cast<double>(sample_groups * features);
    if (worker.leads())
        sparse_ = sparse;  // nobody reads the step before's any more
    if (sparse && !listed) // others may still read the counts, and do not read these lists
        list_samples<Pixel>(pixels, groups, by_sample_);
    if (!sparse) {
        fill_dense<Pixel>(pixels, worker.share_of(selection.rows), drops ? table() : nullptr, dense_);
    } else if (selection.purpose == Purpose::training) {
        list_pixels<Pixel>(pixels, worker.share_of(divide_up(features, kGroup)), by_pixel_);
    }
    worker.barrier();
}

// Others may still read the table for the step before; it does not change between steps on the same samples.
void Batch::set_table(const Data& samples, double kept_scale) {
    const bool bytes = samples.type == PixelType::uint8;
    if (bytes != bytes_)
        bytes_ = bytes;
    if (!bytes || (samples.scale == table_scale_ && kept_scale == table_kept_scale_))
        return;
    for (int byte = 0; byte < 256; ++byte)
        table_[static_cast<size_t>(byte)] = static_cast<float>(samples.value_of_byte(byte) * kept_scale);
    table_scale_ = samples.scale;
    table_kept_scale_ = kept_scale;
}

int64_t Batch::bytes() const {
    return dropout_.bytes() + dense_.bytes() + by_sample_.bytes() + by_pixel_.bytes() + counts_.bytes();
}

} // namespace mn::cpu::float32
