// How matrices lie in memory. Columns are cut into panels of kPanel, and a panel holds its rows one after the other:
// [panel][row][kPanel]. Weights: row = input, column = output. Activations: row = sample, column = neuron.
// Columns beyond the matrix are padding; they hold zeros and are never read back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace mn::cpu {

constexpr int64_t kPanel = 32;

constexpr int64_t divide_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}
constexpr int64_t panels_of(int64_t columns) {
    return divide_up(columns, kPanel);
}
constexpr int64_t round_up(int64_t a, int64_t b) {
    return divide_up(a, b) * b;
}

// While one lives, this thread's new Buffers take no memory but are counted: so that what something needs is asked by
// the very constructors that take it. Such an object may only be asked for its sizes, and destroyed.
class BufferCount {
  public:
    BufferCount() : outer_(present_) { present_ = this; }
    ~BufferCount() { present_ = outer_; }
    BufferCount(const BufferCount&) = delete;
    BufferCount& operator=(const BufferCount&) = delete;

    double bytes() const { return bytes_; }
    static BufferCount* present() { return present_; }
    void add(size_t bytes) { bytes_ += static_cast<double>(bytes); }

  private:
    static inline thread_local BufferCount* present_ = nullptr;
    BufferCount* outer_;
    double bytes_ = 0;
};

// Memory on a cache-line border, zeroed at first. Throws std::bad_alloc.
template <class T>
class Buffer {
  public:
    Buffer() = default;
    explicit Buffer(int64_t size) : size_(size) {
        if (size < 0 || size > std::numeric_limits<int64_t>::max() / 64)
            throw std::bad_alloc();
        if (BufferCount* count = BufferCount::present()) {
            count->add(bytes_of(size));
            return;
        }
        data_ = static_cast<T*>(::operator new(bytes_of(size), kAlignment));
        std::memset(static_cast<void*>(data_), 0, bytes_of(size));
    }
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Buffer() { ::operator delete(data_, kAlignment); }

    T* data() { return data_; }
    const T* data() const { return data_; }
    T& operator[](int64_t i) { return data_[i]; }
    const T& operator[](int64_t i) const { return data_[i]; }
    int64_t size() const { return size_; }
    int64_t bytes() const { return data_ ? static_cast<int64_t>(bytes_of(size_)) : 0; }

  private:
    static constexpr std::align_val_t kAlignment{64};
    // One vector more than asked for, so that a kernel may load whole vectors up to the end.
    static size_t bytes_of(int64_t size) { return static_cast<size_t>(size) * sizeof(T) + 64; }
    void swap(Buffer& other) {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    T* data_ = nullptr;
    int64_t size_ = 0;
};

// A matrix of samples: [panels_of(columns)][capacity][kPanel].
class Activations {
  public:
    Activations() = default;
    Activations(int64_t capacity, int64_t columns)
        : capacity_(capacity), columns_(columns), data_(panels_of(columns) * capacity * kPanel) {}

    float* at(int64_t panel, int64_t row) { return data_.data() + (panel * capacity_ + row) * kPanel; }
    const float* at(int64_t panel, int64_t row) const { return data_.data() + (panel * capacity_ + row) * kPanel; }
    int64_t panel_stride() const { return capacity_ * kPanel; }
    int64_t capacity() const { return capacity_; }
    int64_t columns() const { return columns_; }
    int64_t panels() const { return panels_of(columns_); }
    // Columns of a panel that are not padding.
    int64_t columns_of(int64_t panel) const { return std::min(kPanel, columns_ - panel * kPanel); }
    // Writes a row [columns] without the padding.
    template <class T>
    void copy_row(int64_t row, T* values) const {
        for (int64_t panel = 0; panel < panels(); ++panel)
            values = std::copy_n(at(panel, row), columns_of(panel), values);
    }
    int64_t bytes() const { return data_.bytes(); }

  private:
    int64_t capacity_ = 0, columns_ = 0;
    Buffer<float> data_;
};

} // namespace mn::cpu
