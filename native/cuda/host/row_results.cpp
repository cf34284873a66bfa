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

void RowResults::reserve(int64_t rows, LossKind loss) {
    losses_.reserve(rows, "the rows' losses");
    plain_losses_.reserve(rows, "the rows' losses");
    predictions_.reserve(rows, "the rows' predictions");
    host_losses_.reserve(rows, "the rows' losses");
    host_plain_losses_.reserve(rows, "the rows' losses");
    host_predictions_.reserve(rows, "the rows' predictions");
    if (takes_targets(loss)) {
        errors_.reserve(rows, "the rows' errors");
        host_errors_.reserve(rows, "the rows' errors");
    }
}

int64_t RowResults::bytes() const {
    return losses_.bytes() + plain_losses_.bytes() + predictions_.bytes() + host_losses_.bytes() +
           host_plain_losses_.bytes() + host_predictions_.bytes() + errors_.bytes() + host_errors_.bytes();
}

void RowResults::tell(StepArguments& arguments) const {
    arguments.row_losses = losses_.get();
    arguments.row_plain_losses = plain_losses_.get();
    arguments.row_predictions = predictions_.get();
    arguments.row_errors = errors_.get();
}

void RowResults::add_to(Evaluation& sums, const LossOptions& loss, const Data& samples, int64_t first, int64_t count,
                        int32_t* predictions, cudaStream_t stream) {
    const bool targets = takes_targets(loss.kind);
    download(host_losses_, losses_, count, "the rows' losses", stream);
    download(host_plain_losses_, plain_losses_, count, "the rows' losses", stream);
    download(host_predictions_, predictions_, count, "the rows' predictions", stream);
    if (targets)
        download(host_errors_, errors_, count, "the rows' errors", stream);
    check(cudaStreamSynchronize(stream), "cudaStreamSynchronize after an evaluation");
    for (int64_t i = 0; i < count; ++i) {
        const int32_t predicted = host_predictions_.get()[i];
        if (predictions)
            predictions[i] = predicted;
        double weight = samples.weight_of(first + i);
        if (targets) {
            sums.absolute_error_sum += static_cast<double>(host_errors_.get()[i].absolute);
            sums.squared_error_sum += static_cast<double>(host_errors_.get()[i].squared);
            sums.correct += predicted;
        } else {
            const int32_t label = samples.labels[first + i];
            if (label == loss.ignore_index)
                continue;
            weight *= loss.weight_of(label);
            sums.correct += label == predicted;
        }
        sums.loss_sum += static_cast<double>(host_plain_losses_.get()[i]);
        sums.objective_sum += static_cast<double>(host_losses_.get()[i]);
        sums.weight_sum += weight;
        ++sums.counted;
    }
}

} // namespace mn::cuda
