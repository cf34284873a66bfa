#include "cpu/batch.h"

#include <numeric>

namespace mn::cpu {

Selection LabelOrder::of(const Selection& selection) {
    if (!selection.samples->labels || classes_ > selection.rows)
        return unsorted(selection); // counting labels would cost more than it saves
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
                                    ? kernels.count_bytes(selection.pixels<uint8_t>(row) + p * part, part)
                                    : kernels.count_floats(selection.pixels<float>(row) + p * part, part);
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
    Selection sorted = selection;
    sorted.order = order_.data();
    if (selection.draws) {
        sorted.positions = positions_.data();
        for (int64_t row = 0; row < selection.rows; ++row)
            positions_[counts[keys_[row]]++] = static_cast<int32_t>(row);
        for (int64_t row = 0; row < selection.rows; ++row)
            order_[row] = static_cast<int32_t>(selection.sample(positions_[row]));
        return sorted;
    }
    for (int64_t row = 0; row < selection.rows; ++row)
        order_[counts[keys_[row]]++] = static_cast<int32_t>(selection.sample(row));
    return sorted;
}

Selection AlikeOrder::unsorted(const Selection& selection) {
    Selection same = selection;
    if (selection.draws) {
        std::iota(positions_.data(), positions_.data() + selection.rows, 0);
        same.positions = positions_.data();
    }
    return same;
}

void prefetch(const Selection& selection, int64_t group) {
    constexpr int64_t kLine = 64;
    const Data& samples = *selection.samples;
    const int64_t row_bytes = samples.features * (samples.type == PixelType::uint8 ? 1 : 4);
    for (int64_t row = group * kGroup; row < std::min((group + 1) * kGroup, selection.rows); ++row) {
        const char* pixels = static_cast<const char*>(samples.pixels) + selection.sample(row) * row_bytes;
        for (int64_t i = 0; i < row_bytes; i += kLine)
            __builtin_prefetch(pixels + i);
    }
}

} // namespace mn::cpu
