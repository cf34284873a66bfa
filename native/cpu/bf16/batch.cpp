#include "cpu/bf16/batch.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace mn::cpu::bf16 {

namespace {

// As in float32/, of pairs of pixels. Measured likewise: at a share of 0.76 the lists take 0.84 of the dense time, at
// 0.91 0.93, at 0.96 1.0, at 0.98 0.97 to 1.05. MNIST has 0.30.
constexpr double kBreakEven = 0.9;

template <class Pixel>
void widen_rows(const Pixels<Pixel>& pixels, Range rows, Bf16Activations& dense) {
    alignas(64) Pixel scratch[kPanel];
    for (int64_t r = rows.begin; r < rows.end; ++r) {
        if (r % kGroup == 0)
            prefetch(pixels.selection, r / kGroup + kGroupsAhead);
        for (int64_t panel = 0; panel < dense.panels(); ++panel) {
            const Range columns{panel * kPanel, panel * kPanel + dense.columns_of(panel)};
            bf16_widen(pixels.at(r, columns, scratch), columns.size(), dense.row(panel, r));
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

Batch::Batch(int64_t capacity, int64_t features, double dropout, Purpose purpose)
    : p_(dropout), dense_(capacity, features, purpose), by_sample_(capacity, panels_of(features) * kPanel / 2) {
    if (purpose == Purpose::training)
        by_pixel_ = NonZeros(panels_of(features) * kPanel, divide_up(capacity, 2));
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
    constexpr bool bytes = std::is_same_v<Pixel, uint8_t>;
    const int64_t rows = selection.rows;
    const Range groups = worker.share_of(divide_up(rows, kGroup));
    const Range own{groups.begin * kGroup, std::min(groups.end * kGroup, rows)};
    const bool training = selection.purpose == Purpose::training;
    const bool drops = selection.draws && p_ > 0;
    const Pixels<Pixel> pixels{kernels, selection, drops ? &dropout_ : nullptr};
    if (drops)
        draw_rows<Pixel>(kernels, selection, {p_, *selection.draws, 0}, own, dropout_);
    if constexpr (bytes) {
        list_samples(pixels, groups);
    } else {
        widen_rows<Pixel>(pixels, own, dense_);
        list_widened_samples(rows, groups);
    }
    worker.barrier();

    const bool sparse = few_are_listed(rows);
    if (worker.leads()) { // nobody reads the step before's any more
        sparse_ = sparse;
        scale_ = static_cast<float>((bytes ? selection.samples->scale : 1) * (drops ? 1 / (1 - p_) : 1));
    }
    if constexpr (bytes) {
        if (sparse) {
            if (training)
                list_pixels(pixels, worker.share_of(divide_up(dense_.columns, 2)));
            worker.barrier();
            return;
        }
        widen_rows<Pixel>(pixels, own, dense_);
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
void Batch::list_samples(const Pixels<uint8_t>& pixels, Range groups) {
    constexpr int64_t kWords = 512; // at once
    const int64_t features = dense_.columns;
    uint32_t words[kWords];
    alignas(64) uint8_t scratch[kGroup][2 * kWords];
    for (int64_t g = groups.begin; g < groups.end; ++g) {
        prefetch(pixels.selection, g + kGroupsAhead);
        int32_t* const index = by_sample_.index_of(g);
        uint32_t* const values = by_sample_.values_of(g);
        int64_t listed = 0;
        for (int64_t first = 0; first < divide_up(features, 2); first += kWords) {
            const Range columns{2 * first, std::min(2 * (first + kWords), features)};
            const uint8_t* row = pixels.at(g * kGroup, columns, scratch[0]);
            const uint8_t* other = pixels.at(std::min(g * kGroup + 1, pixels.selection.rows - 1), columns, scratch[1]);
            int64_t count = columns.size() / 2;
            bf16_words(row, other, count, words);
            if (const int64_t last = columns.size() - 1; last % 2 == 0)
                words[count++] = static_cast<uint32_t>(row[last] | other[last] << 16);
            std::fill(words + count, words + round_up(count, 16), 0);
            listed += bf16_list_words(words, round_up(count, 16), static_cast<int32_t>(first), index + listed,
                                      values + listed);
        }
        bf16_widen_words(listed, values, values + by_sample_.capacity);
        by_sample_.counts[g] = static_cast<int32_t>(listed);
    }
}

// A last odd sample is paired with zeros.
void Batch::list_pixels(const Pixels<uint8_t>& pixels, Range groups) {
    for_each_pixel_group(pixels, groups, [&](int64_t group, Range samples, const uint16_t* pairs) {
        int32_t* const index = by_pixel_.index_of(group);
        uint32_t* const values = by_pixel_.values_of(group);
        int32_t& listed = by_pixel_.counts[group];
        if (samples.begin == 0)
            listed = 0;
        // Two samples' pairs are a word.
        listed += static_cast<int32_t>(
            bf16_list_words(reinterpret_cast<const uint32_t*>(pairs), round_up(samples.size(), kPanel) / 2,
                            static_cast<int32_t>(samples.begin / 2), index + listed, values + listed));
        if (samples.end == pixels.selection.rows)
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
    return dropout_.bytes() + dense_.bytes() + by_sample_.bytes() + by_pixel_.bytes();
}

} // namespace mn::cpu::bf16
