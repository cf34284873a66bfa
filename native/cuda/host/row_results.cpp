#include "cuda/host/row_results.h"

#include <string>

namespace mn::cuda {

namespace {

template <typename T>
void download(const PinnedMemory<T>& to, const DeviceMemory<T>& from, int64_t count, const char* what,
              cudaStream_t stream) {
    const size_t bytes = static_cast<size_t>(count) * sizeof(T);
    const cudaError_t error = cudaMemcpyAsync(to.get(), from.get(), bytes, cudaMemcpyDeviceToHost, stream);
    if (error != cudaSuccess)
        fail(error, std::string("cudaMemcpyAsync of ") + what);
}

} // namespace

void RowResults::reserve(int64_t rows) {
    losses_.reserve(rows, "the rows' losses");
    plain_losses_.reserve(rows, "the rows' losses");
    predictions_.reserve(rows, "the rows' predictions");
    host_losses_.reserve(rows, "the rows' losses");
    host_plain_losses_.reserve(rows, "the rows' losses");
    host_predictions_.reserve(rows, "the rows' predictions");
}

int64_t RowResults::bytes() const {
    return losses_.bytes() + plain_losses_.bytes() + predictions_.bytes() + host_losses_.bytes() +
           host_plain_losses_.bytes() + host_predictions_.bytes();
}

void RowResults::tell(StepArguments& arguments) const {
    arguments.row_losses = losses_.get();
    arguments.row_plain_losses = plain_losses_.get();
    arguments.row_predictions = predictions_.get();
}

void RowResults::add_to(Evaluation& sums, const LossOptions& loss, const int32_t* labels, int64_t count,
                        int32_t* predictions, cudaStream_t stream) {
    download(host_losses_, losses_, count, "the rows' losses", stream);
    download(host_plain_losses_, plain_losses_, count, "the rows' losses", stream);
    download(host_predictions_, predictions_, count, "the rows' predictions", stream);
    check(cudaStreamSynchronize(stream), "cudaStreamSynchronize after an evaluation");
    for (int64_t i = 0; i < count; ++i) {
        const int32_t predicted = host_predictions_.get()[i];
        if (predictions)
            predictions[i] = predicted;
        if (labels[i] == loss.ignore_index)
            continue;
        sums.loss_sum += static_cast<double>(host_plain_losses_.get()[i]);
        sums.objective_sum += static_cast<double>(host_losses_.get()[i]);
        sums.weight_sum += loss.weight_of(labels[i]);
        sums.correct += labels[i] == predicted;
        ++sums.counted;
    }
}

} // namespace mn::cuda
