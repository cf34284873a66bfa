// Losses and predictions of rows: the kernels' room for them, and an evaluation's way back to the host.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "cuda/arguments.h"
#include "cuda/host/owners.h"
#include "net/data.h"
#include "net/loss.h"

namespace mn::cuda {

class RowResults {
  public:
    // Room for so many rows under a loss. Throws out_of_memory.
    void reserve(int64_t rows, LossKind loss);
    int64_t bytes() const;

    // Where the kernels write them.
    void tell(StepArguments& arguments) const;

    // Of the first `count` rows, which are samples from `first` on, when the work queued on `stream` is done.
    // predictions: [count] or null
    void add_to(Evaluation& sums, const LossOptions& loss, const Data& samples, int64_t first, int64_t count,
                int32_t* predictions, cudaStream_t stream);

  private:
    DeviceMemory<float> losses_, plain_losses_;
    DeviceMemory<int32_t> predictions_;
    DeviceMemory<RowErrors> errors_; // none for cross-entropy
    PinnedMemory<float> host_losses_, host_plain_losses_;
    PinnedMemory<int32_t> host_predictions_;
    PinnedMemory<RowErrors> host_errors_;
};

} // namespace mn::cuda
