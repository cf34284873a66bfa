// Runs of work items, and how they are shared out.
#pragma once

#include <cstdint>

namespace mn::cpu {

// Work item indices [begin, end).
struct Range {
    int64_t begin = 0, end = 0;
    int64_t size() const { return end - begin; }
};

// Part `index` of `items` cut into `parts` as even as can be.
constexpr Range share(int64_t items, int64_t index, int64_t parts) {
    return {items * index / parts, items * (index + 1) / parts};
}

} // namespace mn::cpu
