#include "cpu/batch.h"

#include <algorithm>

namespace mn::cpu {

namespace {

// Share of the (sample group, pixel) pairs with a non-zero value up to which the lists win.
constexpr double kBreakEven = 0.5;

// Pixels of one type as the floats they stand for.
template <class Pixel>
struct Reader;

template <>
struct Reader<uint8_t> {
    std::array<float, 256> values;

    explicit Reader(const Samples& samples) {
        for (int byte = 0; byte < 256; ++byte)
            values[static_cast<size_t>(byte)] = samples.value_of_byte(byte);
    }
    float operator()(uint8_t byte) const { return values[byte]; }
};

template <>
struct Reader<float> {
    explicit Reader(const Samples&) {}
    float operator()(float value) const { return value; }
};

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

template <class Pixel>
bool any(const std::array<const Pixel*, kGroup>& rows, int64_t pixel) {
    return (rows[0][pixel] != 0) | (rows[1][pixel] != 0) | (rows[2][pixel] != 0) | (rows[3][pixel] != 0);
}

template <class Pixel>
int64_t count_union(const std::array<const Pixel*, kGroup>& rows, int64_t features) {
    int64_t count = 0;
    for (int64_t k = 0; k < features; ++k)
        count += any(rows, k);
    return count;
}

template <class Pixel>
int64_t list_group(const std::array<const Pixel*, kGroup>& rows, int64_t features, const Reader<Pixel>& read,
                   NonZeros::List list) {
    int64_t count = 0;
    for (int64_t k = 0; k < features; ++k) {
        if (!any(rows, k))
            continue;
        list.index[count] = static_cast<int32_t>(k);
        for (int64_t i = 0; i < kGroup; ++i)
            list.values[count * kGroup + i] = read(rows[static_cast<size_t>(i)][k]);
        ++count;
    }
    return count;
}

// Lists pixel groups [groups.begin, groups.end) over all samples of the batch.
template <class Pixel>
void list_pixels(const Selection& selection, Range groups, const Reader<Pixel>& read, NonZeros& lists) {
    const int64_t features = selection.samples->features;
    for (int64_t q = groups.begin; q < groups.end; ++q)
        lists.set_count(q, 0);
    for (int64_t row = 0; row < selection.rows; ++row) {
        const Pixel* pixels = pixels_of<Pixel>(selection, row);
        for (int64_t q = groups.begin; q < groups.end; ++q) {
            const int64_t first = q * kGroup, size = std::min(kGroup, features - first);
            const Pixel* from = pixels + first;
            if (std::all_of(from, from + size, [](Pixel p) { return p == 0; }))
                continue;
            const NonZeros::List list = lists.list(q);
            const int64_t count = lists.count(q);
            list.index[count] = static_cast<int32_t>(row);
            for (int64_t i = 0; i < kGroup; ++i)
                list.values[count * kGroup + i] = i < size ? read(from[i]) : 0;
            lists.set_count(q, count + 1);
        }
    }
}

template <class Pixel>
void fill_dense(const Selection& selection, Range rows, const Reader<Pixel>& read, Activations& dense) {
    for (int64_t row = rows.begin; row < rows.end; ++row) {
        const Pixel* pixels = pixels_of<Pixel>(selection, row);
        for (int64_t panel = 0; panel < dense.panels(); ++panel)
            std::transform(pixels + panel * kPanel, pixels + panel * kPanel + dense.columns_of(panel),
                           dense.at(panel, row), read);
    }
}

} // namespace

NonZeros::NonZeros(int64_t rows, int64_t columns)
    : capacity_(columns), index_(divide_up(rows, kGroup) * columns), counts_(divide_up(rows, kGroup)),
      values_(divide_up(rows, kGroup) * columns * kGroup) {}

SparseTile NonZeros::tile(int64_t group) const {
    SparseTile tile;
    tile.index = index_.data() + group * capacity_;
    tile.values = values_.data() + group * capacity_ * kGroup;
    tile.count = counts_[group];
    return tile;
}

Batch::Batch(int64_t capacity, int64_t features, Purpose purpose)
    : purpose_(purpose), dense_(capacity, features), by_sample_(capacity, features),
      union_counts_(divide_up(capacity, kGroup)) {
    if (purpose == Purpose::training)
        by_pixel_ = NonZeros(features, capacity);
}

bool Batch::stage(const Selection& selection, const Worker& worker) {
    return selection.samples->type == PixelType::uint8 ? stage_pixels<uint8_t>(selection, worker)
                                                       : stage_pixels<float>(selection, worker);
}

template <class Pixel>
bool Batch::stage_pixels(const Selection& selection, const Worker& worker) {
    const int64_t features = selection.samples->features;
    const int64_t sample_groups = divide_up(selection.rows, kGroup);
    const Range groups = worker.share_of(sample_groups);
    for (int64_t g = groups.begin; g < groups.end; ++g)
        union_counts_[g] = static_cast<int32_t>(count_union(group_of<Pixel>(selection, g), features));
    worker.barrier();

    int64_t total = 0;
    for (int64_t g = 0; g < sample_groups; ++g)
        total += union_counts_[g];
    const bool sparse = static_cast<double>(total) <= kBreakEven * static_cast<double>(sample_groups * features);

    const Reader<Pixel> read(*selection.samples);
    if (sparse) {
        for (int64_t g = groups.begin; g < groups.end; ++g)
            by_sample_.set_count(g, list_group(group_of<Pixel>(selection, g), features, read, by_sample_.list(g)));
        if (purpose_ == Purpose::training)
            list_pixels(selection, worker.share_of(divide_up(features, kGroup)), read, by_pixel_);
    } else {
        fill_dense(selection, worker.share_of(selection.rows), read, dense_);
    }
    worker.barrier();
    return sparse;
}

int64_t Batch::bytes() const {
    return dense_.bytes() + by_sample_.bytes() + by_pixel_.bytes() + union_counts_.bytes();
}

} // namespace mn::cpu
