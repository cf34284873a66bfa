#include "support/npz.h"

#include <zlib.h>

#include <bit>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "support/data.h"

namespace mn::test {

namespace {

static_assert(std::endian::native == std::endian::little, "the golden files are little-endian");

template <typename T>
T number_at(const std::string& bytes, size_t offset) {
    T value;
    if (offset + sizeof value > bytes.size())
        throw std::runtime_error("truncated archive");
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::string inflate_member(const std::string& bytes, size_t offset, size_t packed, size_t unpacked) {
    if (offset + packed > bytes.size())
        throw std::runtime_error("truncated member");
    std::string out(unpacked, '\0');
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        throw std::runtime_error("zlib could not start");
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + offset));
    stream.avail_in = static_cast<uInt>(packed);
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(unpacked);
    const int status = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (status != Z_STREAM_END || stream.avail_out != 0)
        throw std::runtime_error("damaged member");
    return out;
}

template <typename T>
std::vector<double> widen(const std::string& npy, size_t offset, size_t count) {
    if (offset + count * sizeof(T) != npy.size())
        throw std::runtime_error("an array's size is not what it says");
    std::vector<double> values(count);
    for (size_t i = 0; i < count; ++i)
        values[i] = static_cast<double>(number_at<T>(npy, offset + i * sizeof(T)));
    return values;
}

// What stands between the two in text.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
    const size_t key = text.find(before);
    const size_t begin = key + before.size();
    const size_t end = key == std::string::npos ? key : text.find(after, begin);
    if (end == std::string::npos)
        throw std::runtime_error("unexpected npy header: " + text);
    return text.substr(begin, end - begin);
}

// Version 1.0 in C order, which is what numpy writes of such arrays.
Array parse_npy(const std::string& npy) {
    const size_t data = 10u + number_at<uint16_t>(npy, 8);
    const std::string header = npy.substr(10, data - 10);
    const std::string type = between(header, "'descr': '", "'");
    if (between(header, "'fortran_order': ", ",") != "False")
        throw std::runtime_error("an array in Fortran order");
    Array array;
    array.type = type;
    std::istringstream shape(between(header, "'shape': (", ")"));
    size_t count = 1;
    for (int64_t extent; shape >> extent; shape.ignore(1)) { // the comma
        array.shape.push_back(extent);
        count *= static_cast<size_t>(extent);
    }
    if (type == "<f4") {
        array.values = widen<float>(npy, data, count);
    } else if (type == "<f8") {
        array.values = widen<double>(npy, data, count);
    } else if (type == "|u1") {
        array.values = widen<uint8_t>(npy, data, count);
    } else if (type == "<i8") {
        array.values = widen<int64_t>(npy, data, count);
    } else {
        throw std::runtime_error("element type " + type + " is not among those of the golden files");
    }
    return array;
}

Archive parse_npz(const std::string& zip) {
    constexpr const char* kEnd = "PK\5\6";
    const size_t end = zip.rfind(kEnd);
    if (end == std::string::npos)
        throw std::runtime_error("not a zip archive");
    const int members = number_at<uint16_t>(zip, end + 10);
    size_t entry = number_at<uint32_t>(zip, end + 16);
    Archive archive;
    for (int i = 0; i < members; ++i) {
        const uint16_t method = number_at<uint16_t>(zip, entry + 10);
        const size_t packed = number_at<uint32_t>(zip, entry + 20), unpacked = number_at<uint32_t>(zip, entry + 24);
        const size_t name_length = number_at<uint16_t>(zip, entry + 28);
        const size_t local = number_at<uint32_t>(zip, entry + 42);
        const size_t data = local + 30 + number_at<uint16_t>(zip, local + 26) + number_at<uint16_t>(zip, local + 28);
        const std::string name = zip.substr(entry + 46, name_length - 4); // less ".npy"
        if (method != 0 && method != 8)
            throw std::runtime_error("unknown compression of " + name);
        archive[name] = parse_npy(method == 8 ? inflate_member(zip, data, packed, unpacked) : zip.substr(data, packed));
        entry += 46 + name_length + number_at<uint16_t>(zip, entry + 30) + number_at<uint16_t>(zip, entry + 32);
    }
    return archive;
}

} // namespace

std::string read_golden_bytes(const std::string& name) {
    const std::string path = tree_path("tests/golden/" + name);
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error("cannot open " + path + ": MN_TREE in the environment names the repository's folder");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

namespace {

template <class Parse>
auto parsed(const std::string& name, Parse parse) {
    const std::string bytes = read_golden_bytes(name);
    try {
        return parse(bytes);
    } catch (const std::exception& e) {
        throw std::runtime_error("golden file " + name + ": " + e.what());
    }
}

} // namespace

Archive read_golden(const std::string& name) {
    return parsed(name, parse_npz);
}

Array read_golden_array(const std::string& name) {
    return parsed(name, parse_npy);
}

const Array& member(const Archive& archive, const std::string& key) {
    const auto found = archive.find(key);
    if (found == archive.end())
        throw std::runtime_error("the golden file has no " + key);
    return found->second;
}

std::vector<double> flat_parameters(const Archive& archive, const std::string& prefix) {
    std::vector<double> flat;
    for (int layer = 1; archive.count(prefix + "_w" + std::to_string(layer)); ++layer) {
        for (const char* kind : {"_w", "_b"}) {
            const std::string key = prefix + kind + std::to_string(layer); // named: g++ 14 warns of a temporary
            const Array& part = member(archive, key);
            flat.insert(flat.end(), part.values.begin(), part.values.end());
        }
    }
    if (flat.empty())
        throw std::runtime_error("the golden file has no parameters " + prefix);
    return flat;
}

} // namespace mn::test
