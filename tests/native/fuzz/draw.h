// What a fuzzer's bytes are turned into.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <vector>

namespace mn::test {

// Draws values from the input; of a used-up one, zeros.
class Draw {
  public:
    Draw(const uint8_t* bytes, size_t size) : bytes_(bytes), end_(bytes + size) {}

    bool empty() const { return bytes_ == end_; }

    template <class T>
    T raw() {
        T value{};
        const size_t size = std::min(sizeof value, static_cast<size_t>(end_ - bytes_));
        if (size > 0)
            std::memcpy(&value, bytes_, size);
        bytes_ += size;
        return value;
    }

    int64_t between(int64_t low, int64_t high) {
        return low + static_cast<int64_t>(raw<uint16_t>() % static_cast<uint64_t>(high - low + 1));
    }

    // Seldom true.
    bool odd() { return raw<uint8_t>() > 240; }

    // Nearly always `usual`, else anything.
    template <class T>
    T mostly(T usual) {
        return odd() ? raw<T>() : usual;
    }

    // Into an enum of C, which can hold any number.
    template <class T>
    void put(T& field, int usual) {
        const int number = mostly(usual);
        static_assert(sizeof number == sizeof field);
        std::memcpy(&field, &number, sizeof number);
    }

    // A count that a caller may mean, or one that must be refused.
    int64_t count(int64_t usual) {
        constexpr int64_t kWrong[] = {-1,
                                      0,
                                      std::numeric_limits<int64_t>::min(),
                                      std::numeric_limits<int64_t>::max(),
                                      int64_t{1} << 31,
                                      int64_t{1} << 62};
        return odd() ? kWrong[raw<uint8_t>() % std::size(kWrong)] : usual;
    }

    // Nearly always the struct's own, else one that must be refused: beyond the struct there is no memory.
    template <class Struct>
    uint32_t size_of(const Struct&) {
        constexpr uint32_t kWrong[] = {0, 1, sizeof(Struct) / 2, sizeof(Struct) - 1, UINT32_MAX};
        return odd() ? kWrong[raw<uint8_t>() % std::size(kWrong)] : static_cast<uint32_t>(sizeof(Struct));
    }

    // Floats in [-4, 4), or of any bits.
    std::vector<float> floats(int64_t n) {
        const bool any = odd();
        std::vector<float> values(static_cast<size_t>(n));
        for (float& value : values)
            value = any ? raw<float>() : static_cast<float>(raw<int8_t>()) / 32;
        return values;
    }

    template <class T>
    std::vector<T> numbers(int64_t n, int64_t low, int64_t high) {
        std::vector<T> values(static_cast<size_t>(n));
        for (T& value : values)
            value = static_cast<T>(odd() ? between(low - 1, high + 1) : between(low, high));
        return values;
    }

  private:
    const uint8_t* bytes_;
    const uint8_t* end_;
};

} // namespace mn::test
