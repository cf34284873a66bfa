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

void add_answer(const Data& data, int64_t sample, Answers& answers) {
    answers.weights.push_back(data.weight_of(sample));
    if (data.targets) {
        answers.targets.insert(answers.targets.end(), data.targets_of(sample), data.targets_of(sample + 1));
    } else {
        answers.labels.push_back(data.labels[sample]);
    }
}

} // namespace

void load_samples(const Data& data, int64_t first, int64_t count, std::vector<double>& inputs) {
    inputs.resize(static_cast<size_t>(count * data.features));
    for (int64_t r = 0; r < count; ++r)
        load_sample(data, first + r, inputs.data() + r * data.features);
}

void load_answers(const Data& data, int64_t first, int64_t count, Answers& answers) {
    answers.clear();
    for (int64_t sample = first; sample < first + count; ++sample)
        add_answer(data, sample, answers);
}

void load_batch(const Data& data, const Chunk& chunk, int64_t step, std::vector<double>& inputs, Answers& answers) {
    const int64_t rows = chunk.rows(step);
    inputs.resize(static_cast<size_t>(rows * data.features));
    answers.clear();
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t sample = chunk.sample(step * chunk.batch_size + r);
        load_sample(data, sample, inputs.data() + r * data.features);
        add_answer(data, sample, answers);
    }
}

} // namespace mn::reference
