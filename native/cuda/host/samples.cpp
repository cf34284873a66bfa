#include "cuda/host/samples.h"

#include <algorithm>
#include <cstring>

namespace mn::cuda {

namespace {

// Of one staging buffer while a whole set is uploaded.
constexpr int64_t kUploadBytes = 8 << 20;

int64_t element_bytes(PixelType type) {
    return type == PixelType::uint8 ? 1 : static_cast<int64_t>(sizeof(float));
}

int64_t row_bytes(int64_t features, PixelType type) {
    return pixel_stride(features, type) * element_bytes(type);
}

void copy_to_device(void* to, const void* from, int64_t bytes, cudaStream_t stream) {
    check(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyHostToDevice, stream),
          "cudaMemcpyAsync of samples to the device");
}

void wait(const Event& event) {
    check(cudaEventSynchronize(event.get()), "cudaEventSynchronize of a slice of samples");
}

void record(const Event& event, cudaStream_t stream) {
    check(cudaEventRecord(event.get(), stream), "cudaEventRecord");
}

// Into the first rows of the host's memory.
void gather(const SampleMemory<Place::pinned>& to, const Data& samples, const Selection& selection) {
    const int64_t from_bytes = samples.features * element_bytes(samples.type);
    const int64_t to_bytes = row_bytes(samples.features, samples.type);
    const uint8_t* const pixels = static_cast<const uint8_t*>(samples.pixels);
    for (int64_t i = 0; i < selection.count; ++i) {
        const int64_t sample = selection.order ? selection.order[selection.first + i] : selection.first + i;
        uint8_t* const row = to.pixels.get() + i * to_bytes;
        std::memcpy(row, pixels + sample * from_bytes, static_cast<size_t>(from_bytes));
        std::memset(row + from_bytes, 0, static_cast<size_t>(to_bytes - from_bytes));
        if (samples.labels)
            to.labels.get()[i] = samples.labels[sample];
        if (samples.targets)
            std::copy_n(samples.targets_of(sample), samples.outputs, to.targets.get() + i * samples.outputs);
        if (samples.sample_weights)
            to.weights.get()[i] = samples.sample_weights[sample];
    }
}

// The host's first rows to the device, from row `at` on.
void send(const SampleMemory<Place::device>& to, int64_t at, const SampleMemory<Place::pinned>& from, int64_t rows,
          const Data& samples, cudaStream_t stream) {
    const auto copy = [&](auto* target, const auto* source, int64_t width) {
        const int64_t bytes = rows * width * static_cast<int64_t>(sizeof *source);
        copy_to_device(target + at * width, source, bytes, stream);
    };
    copy(to.pixels.get(), from.pixels.get(), row_bytes(samples.features, samples.type));
    if (samples.labels)
        copy(to.labels.get(), from.labels.get(), 1);
    if (samples.targets)
        copy(to.targets.get(), from.targets.get(), samples.outputs);
    if (samples.sample_weights)
        copy(to.weights.get(), from.weights.get(), 1);
}

} // namespace

int64_t pixel_stride(int64_t features, PixelType type) {
    return round_up<int64_t>(features, 32 / element_bytes(type)); // whole sectors of memory
}

int64_t sample_bytes(const Data& samples) {
    int64_t bytes = row_bytes(samples.features, samples.type);
    if (samples.labels)
        bytes += static_cast<int64_t>(sizeof(int32_t));
    if (samples.sample_weights)
        bytes += static_cast<int64_t>(sizeof(float));
    return bytes + samples.outputs * static_cast<int64_t>(sizeof(float));
}

DataArguments arguments_of(const Data& samples, const SampleMemory<Place::device>& memory) {
    DataArguments data;
    data.pixels = memory.pixels.get();
    data.labels = samples.labels ? memory.labels.get() : nullptr;
    data.targets = samples.targets ? memory.targets.get() : nullptr;
    data.sample_weights = samples.sample_weights ? memory.weights.get() : nullptr;
    data.bytes = samples.type == PixelType::uint8;
    data.features = static_cast<int>(samples.features);
    data.stride = pixel_stride(samples.features, samples.type);
    data.scale = PixelScale::of(samples.scale);
    return data;
}

template <Place P>
void SampleMemory<P>::reserve(int64_t rows, const Data& samples, const char* purpose) {
    pixels.reserve(rows * row_bytes(samples.features, samples.type), purpose);
    if (samples.labels)
        labels.reserve(rows, purpose);
    if (samples.targets)
        targets.reserve(rows * samples.outputs, purpose);
    if (samples.sample_weights)
        weights.reserve(rows, purpose);
}

template <Place P>
void SampleMemory<P>::reset() {
    pixels.reset();
    labels.reset();
    targets.reset();
    weights.reset();
}

template struct SampleMemory<Place::device>;
template struct SampleMemory<Place::pinned>;

void Slices::reserve(int64_t rows, const Data& samples) {
    for (Buffer& buffer : buffers_) {
        buffer.host.reserve(rows, samples, "a slice of samples");
        buffer.device.reserve(rows, samples, "a slice of samples");
    }
}

void Slices::reset() {
    for (Buffer& b : buffers_) {
        b.host.reset();
        b.device.reset();
    }
}

int64_t Slices::bytes() const {
    int64_t total = 0;
    for (const Buffer& b : buffers_)
        total += b.host.bytes() + b.device.bytes();
    return total;
}

DataArguments Slices::fill(int index, const Data& samples, const Selection& selection, cudaStream_t compute) {
    Buffer& buffer = buffers_[index];
    wait(buffer.used);   // the device memory is free
    wait(buffer.copied); // and the pinned memory
    gather(buffer.host, samples, selection);
    send(buffer.device, 0, buffer.host, selection.count, samples, stream_.get());
    record(buffer.copied, stream_.get());
    check(cudaStreamWaitEvent(compute, buffer.copied.get(), 0), "cudaStreamWaitEvent");
    return arguments_of(samples, buffer.device);
}

void Slices::release(int buffer, cudaStream_t compute) {
    record(buffers_[buffer].used, compute);
}

void Slices::upload(const Data& samples, const SampleMemory<Place::device>& to) {
    const int64_t rows = std::min(samples.count, std::max<int64_t>(1, kUploadBytes / sample_bytes(samples)));
    for (Buffer& buffer : buffers_)
        buffer.host.reserve(rows, samples, "a slice of samples");
    int turn = 0;
    for (int64_t done = 0; done < samples.count; done += rows, turn ^= 1) {
        Buffer& buffer = buffers_[turn];
        const int64_t count = std::min(rows, samples.count - done);
        wait(buffer.copied);
        gather(buffer.host, samples, {nullptr, done, count});
        send(to, done, buffer.host, count, samples, stream_.get());
        record(buffer.copied, stream_.get());
    }
    check(cudaStreamSynchronize(stream_.get()), "cudaStreamSynchronize after the data set's upload");
}

} // namespace mn::cuda
