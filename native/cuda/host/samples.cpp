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
    return pixel_stride(features) * element_bytes(type);
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

} // namespace

int64_t pixel_stride(int64_t features) {
    return round_up<int64_t>(features, 4);
}

int64_t sample_bytes(int64_t features, PixelType type) {
    return row_bytes(features, type) + static_cast<int64_t>(sizeof(int32_t));
}

DataArguments arguments_of(const Data& samples, const void* pixels, const int32_t* labels) {
    DataArguments data;
    data.pixels = pixels;
    data.labels = labels;
    data.bytes = samples.type == PixelType::uint8;
    data.features = static_cast<int>(samples.features);
    data.stride = pixel_stride(samples.features);
    data.scale = PixelScale::of(samples.scale);
    return data;
}

void Slices::reserve(int64_t rows, int64_t features, PixelType type) {
    const int64_t per_row = row_bytes(features, type);
    for (Buffer& buffer : buffers_) {
        reserve_host(buffer, rows, per_row);
        buffer.pixels.reserve(rows * per_row, "a slice of samples");
        buffer.labels.reserve(rows, "a slice of labels");
    }
}

void Slices::reserve_host(Buffer& buffer, int64_t rows, int64_t per_row) {
    buffer.host_pixels.reserve(rows * per_row, "a slice of samples");
    buffer.host_labels.reserve(rows, "a slice of labels");
}

void Slices::reset() {
    for (Buffer& b : buffers_) {
        b.host_pixels.reset();
        b.host_labels.reset();
        b.pixels.reset();
        b.labels.reset();
    }
}

int64_t Slices::bytes() const {
    int64_t total = 0;
    for (const Buffer& b : buffers_)
        total += b.host_pixels.bytes() + b.host_labels.bytes() + b.pixels.bytes() + b.labels.bytes();
    return total;
}

void Slices::gather(Buffer& buffer, const Data& samples, const Selection& selection) {
    const int64_t from_bytes = samples.features * element_bytes(samples.type);
    const int64_t to_bytes = row_bytes(samples.features, samples.type);
    const uint8_t* const pixels = static_cast<const uint8_t*>(samples.pixels);
    for (int64_t i = 0; i < selection.count; ++i) {
        const int64_t sample = selection.order ? selection.order[selection.first + i] : selection.first + i;
        uint8_t* const row = buffer.host_pixels.get() + i * to_bytes;
        std::memcpy(row, pixels + sample * from_bytes, static_cast<size_t>(from_bytes));
        std::memset(row + from_bytes, 0, static_cast<size_t>(to_bytes - from_bytes));
        if (samples.labels)
            buffer.host_labels.get()[i] = samples.labels[sample];
    }
}

DataArguments Slices::fill(int index, const Data& samples, const Selection& selection, cudaStream_t compute) {
    Buffer& buffer = buffers_[index];
    wait(buffer.used);   // the device memory is free
    wait(buffer.copied); // and the pinned memory
    gather(buffer, samples, selection);
    copy_to_device(buffer.pixels.get(), buffer.host_pixels.get(),
                   selection.count * row_bytes(samples.features, samples.type), stream_.get());
    if (samples.labels) {
        copy_to_device(buffer.labels.get(), buffer.host_labels.get(),
                       selection.count * static_cast<int64_t>(sizeof(int32_t)), stream_.get());
    }
    record(buffer.copied, stream_.get());
    check(cudaStreamWaitEvent(compute, buffer.copied.get(), 0), "cudaStreamWaitEvent");
    return arguments_of(samples, buffer.pixels.get(), buffer.labels.get());
}

void Slices::release(int buffer, cudaStream_t compute) {
    record(buffers_[buffer].used, compute);
}

void Slices::upload(const Data& samples, uint8_t* pixels, int32_t* labels) {
    const int64_t per_row = row_bytes(samples.features, samples.type);
    const int64_t rows = std::min(samples.count, std::max<int64_t>(1, kUploadBytes / per_row));
    for (Buffer& buffer : buffers_)
        reserve_host(buffer, rows, per_row);
    int turn = 0;
    for (int64_t done = 0; done < samples.count; done += rows, turn ^= 1) {
        Buffer& buffer = buffers_[turn];
        const int64_t count = std::min(rows, samples.count - done);
        wait(buffer.copied);
        gather(buffer, samples, {nullptr, done, count});
        copy_to_device(pixels + done * per_row, buffer.host_pixels.get(), count * per_row, stream_.get());
        copy_to_device(labels + done, buffer.host_labels.get(), count * static_cast<int64_t>(sizeof(int32_t)),
                       stream_.get());
        record(buffer.copied, stream_.get());
    }
    check(cudaStreamSynchronize(stream_.get()), "cudaStreamSynchronize after the data set's upload");
}

} // namespace mn::cuda
