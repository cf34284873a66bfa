#include "cuda/host/data_set.h"

#include "net/error.h"

namespace mn::cuda {

namespace {

// Of the device's memory, left for the batch, the chunk and others.
int64_t spare(int64_t total) {
    return total / 16;
}

bool fits(int64_t bytes) {
    size_t available = 0, total = 0;
    check(cudaMemGetInfo(&available, &total), "cudaMemGetInfo");
    return bytes + spare(static_cast<int64_t>(total)) <= static_cast<int64_t>(available);
}

} // namespace

void DataSet::bind(const Data& samples, int64_t limit, Slices& slices) {
    evict();
    samples_ = samples;
    const int64_t bytes = samples.count * sample_bytes(samples);
    if (samples.count == 0 || bytes > limit || !fits(bytes))
        return;
    try {
        memory_.reserve(samples.count, samples, "the training set");
        slices.upload(samples, memory_);
        resident_ = true;
    } catch (const Error& e) {
        evict();
        if (e.status() != Status::out_of_memory)
            throw;
    }
}

void DataSet::evict() {
    resident_ = false;
    memory_.reset();
}

} // namespace mn::cuda
