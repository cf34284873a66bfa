#include "cuda/host/letter.h"

#include <algorithm>
#include <cstring>

namespace mn::cuda {

namespace {

constexpr int64_t kAlignment = 16;

// Of the parts, in bytes from the start.
constexpr int64_t kDivergedAt = round_up<int64_t>(sizeof(StepArguments), kAlignment);
constexpr int64_t kConstantsAt = kDivergedAt + kAlignment;

int64_t order_at(int64_t steps) {
    return kConstantsAt + round_up<int64_t>(steps * static_cast<int64_t>(sizeof(StepConstants)), kAlignment);
}

} // namespace

void Letter::reserve(int64_t steps, int64_t positions) {
    const int64_t bytes = order_at(steps) + positions * static_cast<int64_t>(sizeof(int32_t));
    if (bytes <= std::min(host_.bytes(), device_.bytes()))
        return;
    wait_for_the_copy();
    filled_ = 0;
    host_.reserve(bytes, "what the kernels are told");
    device_.reserve(bytes, "what the kernels are told");
}

void Letter::begin(std::span<const StepConstants> constants, std::span<const int32_t> order) {
    wait_for_the_copy();
    order_at_ = order_at(static_cast<int64_t>(constants.size()));
    ordered_ = !order.empty();
    filled_ = order_at_ + static_cast<int64_t>(order.size_bytes());
    *at<int32_t>(host_, kDivergedAt) = kNoneDiverged;
    std::memcpy(at<uint8_t>(host_, kConstantsAt), constants.data(), constants.size_bytes());
    if (ordered_)
        std::memcpy(at<uint8_t>(host_, order_at_), order.data(), order.size_bytes());
}

void Letter::send(StepArguments arguments, cudaStream_t stream) {
    reserve(0, 0); // after a failure there may be none
    if (arguments.outcomes) {
        arguments.first_diverged = at<int32_t>(device_, kDivergedAt);
        arguments.constants = at<StepConstants>(device_, kConstantsAt);
        if (ordered_)
            arguments.data.order = at<int32_t>(device_, order_at_);
    }
    wait_for_the_copy();
    written() = arguments;
    copy(filled_ > 0 ? static_cast<size_t>(filled_) : sizeof arguments, stream);
    filled_ = 0;
}

void Letter::rebase(int base, cudaStream_t stream) {
    if (written().base == base)
        return;
    wait_for_the_copy();
    written().base = base;
    copy(sizeof(StepArguments), stream);
}

void Letter::copy(size_t bytes, cudaStream_t stream) {
    check(cudaMemcpyAsync(device_.get(), host_.get(), bytes, cudaMemcpyHostToDevice, stream),
          "cudaMemcpyAsync of what the kernels are told");
    check(cudaEventRecord(copied_.get(), stream), "cudaEventRecord");
}

void Letter::wait_for_the_copy() const {
    check(cudaEventSynchronize(copied_.get()), "cudaEventSynchronize of what the kernels are told");
}

} // namespace mn::cuda
