#include "cpu/batch.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace mn::cpu {

namespace {

// Share of the (sample group, pixel) pairs with a non-zero pixel up to which the lists win. Measured on a Zen 5, whole
// article step, pixels non-zero at random: at a share of 0.50 the lists take 0.76 of the dense time, at 0.68 0.77
// (AVX2: 0.87), at 0.84 0.98, at 0.90 0.95 (AVX2: 0.97). MNIST has 0.39.
constexpr double kBreakEven = 0.8;

template <class Pixel>
const Pixel* pixels_of(const Selection& selection, int64_t row) {
    const Samples& samples = *selection.samples;
    return static_cast<const Pixel*>(samples.pixels) + selection.sample(row) * samples.features;
}

// The samples of a group; the rows beyond the batch repeat the last one.
template <class Pixel>
std::array<const Pixel*, kGroup> group_of(const Selection& selection, int64_t group) {
    std::array<const Pixel*, kGroup> rows;
    for (int64_t i = 0; i < kGroup; ++i)
        rows[static_cast<size_t>(i)] = pixels_of<Pixel>(selection, std::min(group * kGroup + i, selection.rows - 1));
    return rows;
}

int64_t list_columns(const Kernels& kernels, const uint8_t* const* rows, int64_t columns, int32_t* index) {
    return kernels.list_bytes(rows, columns, index);
}
int64_t list_columns(const Kernels& kernels, const float* const* rows, int64_t columns, int32_t* index) {
    return kernels.list_floats(rows, columns, index);
}

int64_t list_groups(const Kernels& kernels, const uint8_t* row, int64_t groups, int32_t* index) {
    return kernels.list_byte_groups(row, groups, index);
}
int64_t list_groups(const Kernels& kernels, const float* row, int64_t groups, int32_t* index) {
    return kernels.list_float_groups(row, groups, index);
}

// Copies the listed pixels of each group of samples; the index is there.
template <class Pixel>
void copy_listed(const Selection& selection, Range groups, NonZeros& lists) {
    for (int64_t g = groups.begin; g < groups.end; ++g) {
        const auto [r0, r1, r2, r3] = group_of<Pixel>(selection, g);
        const int64_t count = lists.count(g);
        const int32_t* __restrict index = lists.index(g);
        Pixel* __restrict to = lists.pixels<Pixel>(g);
        for (int64_t i = 0; i < count; ++i, to += kGroup) {
            const int32_t k = index[i];
            const Pixel entry[kGroup] = {r0[k], r1[k], r2[k], r3[k]};
            std::memcpy(to, entry, sizeof(entry));
        }
    }
}

// Lists pixel groups [groups.begin, groups.end) over all samples of the batch. scratch: [groups of the net]
template <class Pixel>
void list_pixels(const Kernels& kernels, const Selection& selection, Range groups, NonZeros& lists, int32_t* scratch) {
    const int64_t features = selection.samples->features, left = features % kGroup;
    const int64_t whole = std::min(groups.end, features / kGroup) - groups.begin;
    const bool cut_off = groups.begin + whole < groups.end; // the last group of the net has fewer than kGroup pixels
    const NonZeros::Writer<Pixel> writer = lists.writer<Pixel>();
    for (int64_t q = groups.begin; q < groups.end; ++q)
        lists.count(q) = 0;
    for (int64_t row = 0; row < selection.rows; ++row) {
        const Pixel* pixels = pixels_of<Pixel>(selection, row) + groups.begin * kGroup;
        const int64_t count = list_groups(kernels, pixels, whole, scratch);
        for (int64_t i = 0; i < count; ++i)
            writer.append(groups.begin + scratch[i], row, pixels + scratch[i] * kGroup);
        const Pixel* last = pixels + whole * kGroup;
        if (cut_off && std::any_of(last, last + left, [](Pixel p) { return p != 0; })) {
            Pixel padded[kGroup] = {};
            std::copy_n(last, left, padded);
            writer.append(groups.end - 1, row, padded);
        }
    }
}

void widen(const Kernels& kernels, const uint8_t* pixels, int64_t count, double scale, float* values) {
    kernels.widen(pixels, count, scale, values);
}
void widen(const Kernels&, const float* pixels, int64_t count, double, float* values) {
    std::copy_n(pixels, count, values);
}

template <class Pixel>
void fill_dense(const Kernels& kernels, const Selection& selection, Range rows, Activations& dense) {
    for (int64_t row = rows.begin; row < rows.end; ++row) {
        const Pixel* pixels = pixels_of<Pixel>(selection, row);
        for (int64_t panel = 0; panel < dense.panels(); ++panel)
            widen(kernels, pixels + panel * kPanel, dense.columns_of(panel), selection.samples->scale,
                  dense.at(panel, row));
    }
}

} // namespace

Selection LabelOrder::of(const Selection& selection) {
    if (classes_ > selection.rows)
        return selection; // counting labels would cost more than it saves
    for (int64_t row = 0; row < selection.rows; ++row) {
        // Ignored labels may be any number: they come last.
        const uint32_t label = static_cast<uint32_t>(selection.samples->labels[selection.sample(row)]);
        keys_[row] = static_cast<int32_t>(std::min<int64_t>(label, classes_));
    }
    return by_keys(selection);
}

Selection OutlineOrder::of(const Kernels& kernels, const Selection& selection) {
    const int64_t part = selection.samples->features / kParts / kPanel * kPanel;
    if (part == 0 || selection.rows <= kGroup)
        return selection;
    std::array<int64_t, kParts> total = {};
    for (int64_t row = 0; row < selection.rows; ++row) {
        for (int64_t p = 0; p < kParts; ++p) {
            const int64_t ink = selection.samples->type == PixelType::uint8
                                    ? kernels.count_bytes(pixels_of<uint8_t>(selection, row) + p * part, part)
                                    : kernels.count_floats(pixels_of<float>(selection, row) + p * part, part);
            ink_[row * kParts + p] = static_cast<int32_t>(ink);
            total[static_cast<size_t>(p)] += ink;
        }
    }
    for (int64_t row = 0; row < selection.rows; ++row) {
        int32_t key = 0;
        for (const int64_t p : {3, 4, 2, 5, 1, 6, 0, 7}) // the middle tells most
            key = 2 * key + (ink_[row * kParts + p] * selection.rows > total[static_cast<size_t>(p)]);
        keys_[row] = key;
    }
    return by_keys(selection);
}

// Sorts by counting.
Selection AlikeOrder::by_keys(const Selection& selection) {
    int32_t* const counts = counts_.data();
    std::fill_n(counts, counts_.size(), 0);
    for (int64_t row = 0; row < selection.rows; ++row)
        ++counts[keys_[row]];
    std::exclusive_scan(counts, counts + counts_.size(), counts, 0);
    for (int64_t row = 0; row < selection.rows; ++row)
        order_[counts[keys_[row]]++] = static_cast<int32_t>(selection.sample(row));
    return {selection.samples, order_.data(), 0, selection.rows, selection.purpose};
}

void prefetch(const Selection& selection, const Worker& worker) {
    constexpr int64_t kLine = 64;
    const Samples& samples = *selection.samples;
    const int64_t row_bytes = samples.features * (samples.type == PixelType::uint8 ? 1 : 4);
    const Range own = worker.share_of(selection.rows);
    for (int64_t row = own.begin; row < own.end; ++row) {
        const char* pixels = static_cast<const char*>(samples.pixels) + selection.sample(row) * row_bytes;
        for (int64_t i = 0; i < row_bytes; i += kLine)
            __builtin_prefetch(pixels + i, 0, 2); // to the second-level cache
    }
}

NonZeros::NonZeros(int64_t rows, int64_t columns)
    : capacity_(columns), index_(divide_up(rows, kGroup) * columns), counts_(divide_up(rows, kGroup)),
      pixels_(divide_up(rows, kGroup) * columns * kGroup) {}

SparseTile NonZeros::tile(int64_t group, const float* table) const {
    SparseTile tile;
    tile.index = index_.data() + group * capacity_;
    const float* floats = pixels_.data();
    const int64_t first = group * capacity_ * kGroup;
    tile.a = table ? static_cast<const void*>(reinterpret_cast<const uint8_t*>(floats) + first) : floats + first;
    tile.table = table;
    tile.count = counts_[group];
    return tile;
}

Batch::Batch(int64_t capacity, int64_t features, Purpose purpose)
    : dense_(capacity, features), by_sample_(capacity, features) {
    if (purpose == Purpose::training) {
        by_pixel_ = NonZeros(features, capacity);
        row_groups_ = Buffer<int32_t>(divide_up(features, kGroup));
    }
}

bool Batch::stage(const Kernels& kernels, const Selection& selection, const Worker& worker) {
    return selection.samples->type == PixelType::uint8 ? stage_pixels<uint8_t>(kernels, selection, worker)
                                                       : stage_pixels<float>(kernels, selection, worker);
}

template <class Pixel>
bool Batch::stage_pixels(const Kernels& kernels, const Selection& selection, const Worker& worker) {
    const int64_t features = selection.samples->features;
    const int64_t sample_groups = divide_up(selection.rows, kGroup);
    const Range groups = worker.share_of(sample_groups);
    if (worker.leads())
        set_table(*selection.samples);
    for (int64_t g = groups.begin; g < groups.end; ++g)
        by_sample_.count(g) = static_cast<int32_t>(
            list_columns(kernels, group_of<Pixel>(selection, g).data(), features, by_sample_.index(g)));
    worker.barrier();

    int64_t total = 0;
    for (int64_t g = 0; g < sample_groups; ++g)
        total += by_sample_.count(g);
    const bool sparse = static_cast<double>(total) <= kBreakEven * static_cast<double>(sample_groups * features);
    if (!sparse) {
        fill_dense<Pixel>(kernels, selection, worker.share_of(selection.rows), dense_);
    } else {
        copy_listed<Pixel>(selection, groups, by_sample_);
        if (selection.purpose == Purpose::training) {
            const Range pixel_groups = worker.share_of(divide_up(features, kGroup));
            list_pixels<Pixel>(kernels, selection, pixel_groups, by_pixel_, row_groups_.data() + pixel_groups.begin);
        }
    }
    worker.barrier();
    return sparse;
}

// Others may still read the table for the step before; it does not change between steps on the same samples.
void Batch::set_table(const Samples& samples) {
    const bool bytes = samples.type == PixelType::uint8;
    if (bytes != bytes_)
        bytes_ = bytes;
    if (!bytes || samples.scale == table_scale_)
        return;
    for (int byte = 0; byte < 256; ++byte)
        table_[static_cast<size_t>(byte)] = samples.value_of_byte(byte);
    table_scale_ = samples.scale;
}

int64_t Batch::bytes() const {
    return dense_.bytes() + by_sample_.bytes() + by_pixel_.bytes() + row_groups_.bytes();
}

} // namespace mn::cpu
