#include "cuda/host/net_memory.h"

#include <algorithm>

#include "net/error.h"

namespace mn::cuda {

NetMemory::NetMemory(const Net& net, std::span<const Slot> slots, cudaStream_t stream)
    : layout_(net), slots_(slots.begin(), slots.end()) {
    const int64_t count = layout_.parameters * static_cast<int64_t>(slots_.size());
    require_free(count * static_cast<int64_t>(sizeof(float)), "the net's parameters and optimizer state");
    vectors_.reserve(count, "the net's parameters and optimizer state");
    layers_.reserve(static_cast<int64_t>(layout_.layers.size()), "the net's layers");
    check(cudaMemsetAsync(vectors_.get(), 0, static_cast<size_t>(vectors_.bytes()), stream), "cudaMemsetAsync");
    check(cudaMemcpyAsync(layers_.get(), layout_.layers.data(), static_cast<size_t>(layers_.bytes()),
                          cudaMemcpyHostToDevice, stream),
          "cudaMemcpyAsync of the layers");
    check(cudaStreamSynchronize(stream), "cudaStreamSynchronize after the layers' upload");
}

NetArguments NetMemory::arguments() const {
    NetArguments net;
    net.layers = layers_.get();
    net.layer_count = static_cast<int>(layout_.layers.size());
    net.rows_held = rows_held_;
    net.activations = batch_.get();
    net.gradients = batch_.get() + layout_.activations_row * rows_held_;
    net.parameters = slot(Slot::parameters);
    net.slot_stride = layout_.parameters;
    return net;
}

int64_t NetMemory::bytes_of_rows(int64_t rows) const {
    return rows * (layout_.activations_row + layout_.gradients_row) * static_cast<int64_t>(sizeof(float));
}

void NetMemory::reserve_rows(int64_t rows, Launcher& launcher, cudaStream_t stream) {
    if (rows <= rows_held_)
        return;
    if (rows > INT32_MAX / 2)
        throw Error(Status::out_of_memory,
                    "a batch of " + std::to_string(rows) + " rows is too large: use a smaller one");
    rows_held_ = 0;
    batch_.reset();
    require_free(bytes_of_rows(rows), "the batch's activations and gradients");
    batch_.reserve(rows * (layout_.activations_row + layout_.gradients_row), "the batch's activations and gradients");
    check(cudaMemsetAsync(batch_.get(), 0, static_cast<size_t>(batch_.bytes()), stream), "cudaMemsetAsync");
    rows_held_ = static_cast<int>(rows);
    StepArguments only_net;
    only_net.net = arguments();
    launcher.letter().send(only_net, stream);
    launcher.phase(stream, Phase::ones, 0, 0);
}

float* NetMemory::slot(Slot slot) const {
    const auto found = std::find(slots_.begin(), slots_.end(), slot);
    return found == slots_.end() ? nullptr : vectors_.get() + layout_.parameters * (found - slots_.begin());
}

void NetMemory::write(Slot which, std::span<const float> flat, cudaStream_t stream) {
    std::vector<float> padded(static_cast<size_t>(layout_.parameters));
    layout_.pad(flat, padded);
    check(cudaMemcpyAsync(slot(which), padded.data(), padded.size() * sizeof(float), cudaMemcpyHostToDevice, stream),
          "cudaMemcpyAsync of parameters to the device");
    check(cudaStreamSynchronize(stream), "cudaStreamSynchronize after the parameters' upload");
}

void NetMemory::read(Slot which, std::span<float> flat, cudaStream_t stream) const {
    std::vector<float> padded(static_cast<size_t>(layout_.parameters));
    check(cudaMemcpyAsync(padded.data(), slot(which), padded.size() * sizeof(float), cudaMemcpyDeviceToHost, stream),
          "cudaMemcpyAsync of parameters to the host");
    check(cudaStreamSynchronize(stream), "cudaStreamSynchronize after the parameters' download");
    layout_.unpad(padded, flat);
}

} // namespace mn::cuda
