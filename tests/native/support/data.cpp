#include "support/data.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>

namespace mn::test {

namespace {

// The first `size` bytes after the header of a gzipped IDX file.
std::vector<uint8_t> read_idx(const std::string& name, unsigned header, int64_t size) {
    const std::string path = tree_path("java/dev/mnistnative/data/mnist/" + name);
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file)
        throw std::runtime_error("cannot open " + path + ": MN_TREE in the environment names the repository's folder");
    std::vector<uint8_t> bytes(header + static_cast<size_t>(size));
    const int length = static_cast<int>(bytes.size());
    if (gzread(file.get(), bytes.data(), static_cast<unsigned>(length)) != length) {
        throw std::runtime_error(name + " is damaged or too short");
    }
    bytes.erase(bytes.begin(), bytes.begin() + header);
    return bytes;
}

// Standard distributions differ between libraries; these are the same everywhere.
double uniform(std::mt19937& words) {
    return words() * 0x1p-32;
}

int64_t below(std::mt19937& words, int64_t n) {
    return static_cast<int64_t>(words() % static_cast<uint64_t>(n));
}

} // namespace

std::string tree_path(const std::string& name) {
    const char* elsewhere = std::getenv("MN_TREE");
    return std::string(elsewhere ? elsewhere : MN_TREE_DIR) + "/" + name;
}

Data OwnedData::samples() const {
    const bool is_bytes = !bytes.empty();
    return {is_bytes ? static_cast<const void*>(bytes.data()) : floats.data(),
            is_bytes ? PixelType::uint8 : PixelType::float32,
            scale,
            labels.data(),
            count(),
            features,
            targets.empty() ? nullptr : targets.data(),
            outputs,
            sample_weights.empty() ? nullptr : sample_weights.data()};
}

OwnedData mnist(int64_t count) {
    OwnedData data;
    data.features = 784;
    data.scale = 1.0 / 255;
    data.bytes = read_idx("train-images-idx3-ubyte.gz", 16, count * data.features);
    const std::vector<uint8_t> labels = read_idx("train-labels-idx1-ubyte.gz", 8, count);
    data.labels.assign(labels.begin(), labels.end());
    return data;
}

OwnedData made_up(const Recipe& recipe) {
    std::mt19937 words(recipe.seed);
    OwnedData data;
    data.features = recipe.features;
    const int64_t pixels = recipe.count * recipe.features;
    if (recipe.type == PixelType::uint8) {
        data.scale = 1.0 / 255;
        for (int64_t i = 0; i < pixels; ++i) {
            const bool zero = uniform(words) < recipe.zeros;
            data.bytes.push_back(zero ? 0 : static_cast<uint8_t>(1 + below(words, 255)));
        }
    } else {
        for (int64_t i = 0; i < pixels; ++i) {
            const bool zero = uniform(words) < recipe.zeros;
            data.floats.push_back(zero ? 0 : static_cast<float>(2 * uniform(words) - 1));
        }
    }
    for (int64_t i = 0; i < recipe.count; ++i) {
        data.labels.push_back(static_cast<int32_t>(below(words, recipe.classes)));
    }
    data.outputs = recipe.outputs;
    for (int64_t i = 0; i < recipe.count * recipe.outputs; ++i) {
        const double target = uniform(words);
        data.targets.push_back(static_cast<float>(below(words, 2) == 0 ? target : std::round(target)));
    }
    for (int64_t i = 0; recipe.weighted && i < recipe.count; ++i)
        data.sample_weights.push_back(static_cast<float>(below(words, 4) == 0 ? 0 : 2 * uniform(words)));
    return data;
}

std::vector<int32_t> made_up_order(int64_t n, int64_t count, uint32_t seed) {
    std::vector<int32_t> order = cyclic_order(n, count);
    std::mt19937 words(seed);
    for (int64_t i = count - 1; i > 0; --i) {
        std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(below(words, i + 1))]);
    }
    return order;
}

std::vector<int32_t> cyclic_order(int64_t n, int64_t count) {
    std::vector<int32_t> order(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i)
        order[static_cast<size_t>(i)] = static_cast<int32_t>(i % n);
    return order;
}

} // namespace mn::test
