// Reads NumPy's .npz archives, as far as tests/golden needs it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mn::test {

// A C-ordered array; double holds every element type of the golden files exactly.
struct Array {
    std::vector<int64_t> shape;
    std::vector<double> values;
    std::string type; // NumPy's: "|u1", "<f4"
};

using Archive = std::map<std::string, Array>;

// The archive tests/golden/<name>. Throws std::runtime_error with the file's name if it cannot be read.
Archive read_golden(const std::string& name);
// The .npy file tests/golden/<name>, likewise.
Array read_golden_array(const std::string& name);
// A file's bytes, likewise.
std::string read_golden_bytes(const std::string& name);

// archive.at(key), with the key in the message if it is missing.
const Array& member(const Archive& archive, const std::string& key);
const Array& member(Archive&& archive, const std::string& key) = delete; // it would go before what is handed out

// prefix_w1, prefix_b1, prefix_w2 ... one after the other: a flat vector in state-dict order.
std::vector<double> flat_parameters(const Archive& archive, const std::string& prefix);

} // namespace mn::test
