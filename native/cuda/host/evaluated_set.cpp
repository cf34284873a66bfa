#include "cuda/host/evaluated_set.h"

#include <algorithm>

#include "cuda/host/fingerprint.h"

namespace mn::cuda {

namespace {

constexpr int64_t kBlockRows = 512;
// A set of which a call evaluates less is streamed: the whole of it would come for little.
constexpr int64_t kSmallestPart = 8;

uint64_t print_of(const Data& samples, int64_t block) {
    const int64_t first = block * kBlockRows;
    return fingerprint(samples, first, std::min(kBlockRows, samples.count - first));
}

} // namespace

bool EvaluatedSet::is_unchanged(const Data& samples, int64_t first, int64_t count) const {
    for (int64_t block = first / kBlockRows; block * kBlockRows < first + count; ++block) {
        if (print_of(samples, block) != prints_[static_cast<size_t>(block)])
            return false;
    }
    return true;
}

bool EvaluatedSet::holds(const Data& samples, int64_t first, int64_t count, int64_t limit, Slices& slices) {
    const bool same = set_.resident() && set_.is(samples);
    if (same && is_unchanged(samples, first, count))
        return true;
    if (!same && count * kSmallestPart < samples.count)
        return false;
    set_.bind(samples, limit, slices);
    prints_.clear();
    for (int64_t block = 0; set_.resident() && block * kBlockRows < samples.count; ++block)
        prints_.push_back(print_of(samples, block));
    return set_.resident();
}

} // namespace mn::cuda
