#include "reference/batch.h"

#include <algorithm>

namespace mn::reference {

namespace {

// What a floor sees of a byte is a float32; so it is here.
void load_sample(const Data& data, int64_t index, double* row) {
    const int64_t offset = index * data.features;
    if (data.type == PixelType::uint8) {
        const uint8_t* bytes = static_cast<const uint8_t*>(data.pixels) + offset;
        for (int64_t i = 0; i < data.features; ++i)
            row[i] = static_cast<double>(data.value_of_byte(bytes[i]));
    } else {
        const float* values = static_cast<const float*>(data.pixels) + offset;
        std::copy_n(values, data.features, row);
    }
}

} // namespace

void load_samples(const Data& data, int64_t first, int64_t count, std::vector<double>& inputs) {
    inputs.resize(static_cast<size_t>(count * data.features));
    for (int64_t r = 0; r < count; ++r)
        load_sample(data, first + r, inputs.data() + r * data.features);
}

void load_batch(const Data& data, const Chunk& chunk, int64_t step, std::vector<double>& inputs,
                std::vector<int32_t>& labels) {
    const int64_t rows = chunk.rows(step);
    inputs.resize(static_cast<size_t>(rows * data.features));
    labels.resize(static_cast<size_t>(rows));
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t sample = chunk.sample(step * chunk.batch_size + r);
        load_sample(data, sample, inputs.data() + r * data.features);
        labels[static_cast<size_t>(r)] = data.labels[sample];
    }
}

} // namespace mn::reference
