#include "cpu/bf16/batch.h"

#include <algorithm>
#include <cstring>

namespace mn::cpu::bf16 {

namespace {

// As in float32/, of pairs of pixels. Measured likewise: at a share of 0.76 the lists take 0.84 of the dense time, at
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

} // namespace

NonZeros::NonZeros(int64_t rows, int64_t pairs)
    : capacity(round_up(pairs, 16) + 16), // whole vectors are written
      counts(divide_up(rows, kGroup)), index(divide_up(rows, kGroup) * capacity), values(index.size() * kGroup) {}

Bf16SparseTile NonZeros::tile(Range groups) const {
    Bf16SparseTile tile;
    tile.index = index.data() + groups.begin * capacity;
    tile.values = values.data() + groups.begin * kGroup * capacity;
    tile.counts = counts.data() + groups.begin;
    tile.capacity = capacity;
    tile.groups = groups.size();
    return tile;
}

Batch::Batch(int64_t capacity, int64_t features, Purpose purpose)
    : dense_(capacity, features, purpose), by_sample_(capacity, panels_of(features) * kPanel / 2) {
    if (purpose == Purpose::training)
        by_pixel_ = NonZeros(panels_of(features) * kPanel, divide_up(capacity, 2));
}

void Batch::stage(const Kernels& kernels, const Selection& selection, const Worker& worker) {
    const int64_t rows = selection.rows;
    const Range groups = worker.share_of(divide_up(rows, kGroup));
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

    const bool sparse = few_are_listed(rows);
    if (worker.leads()) { // nobody reads the step before's any more
        sparse_ = sparse;
        scale_ = bytes ? static_cast<float>(selection.samples->scale) : 1.0f;
    }
    if (bytes && sparse) {
        if (training)
            list_pixels(kernels, selection, worker.share_of(divide_up(dense_.columns, 2)));
        worker.barrier();
        return;
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
}

bool Batch::few_are_listed(int64_t rows) const {
    const int64_t groups = divide_up(rows, kGroup), pairs = divide_up(dense_.columns, 2);
    int64_t total = 0;
    for (int64_t g = 0; g < groups; ++g)
        total += by_sample_.counts[g];
    return static_cast<double>(total) <= kBreakEven * static_cast<double>(groups * pairs);
}

// A last odd sample is paired with itself, a last odd pixel with zeros.
void Batch::list_samples(const Selection& selection, Range groups) {
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
void Batch::list_pixels(const Kernels& kernels, const Selection& selection, Range groups) {
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

void Batch::list_widened_samples(int64_t rows, Range groups) {
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

void Batch::list_widened_pixels(int64_t rows, int64_t panel) {
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

int64_t Batch::bytes() const {
    return dense_.bytes() + by_sample_.bytes() + by_pixel_.bytes();
}

} // namespace mn::cpu::bf16
