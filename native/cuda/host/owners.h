// Owners of device memory, pinned host memory, streams, events and graphs. Freed without a check: a destructor can do
// nothing about a lost device.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "cuda/host/status.h"

namespace mn::cuda {

// Before memory is taken: throws out_of_memory, with both figures, if the device has not so much left.
void require_free(int64_t bytes, const char* purpose);

namespace detail {
void* allocate_device(int64_t bytes, const char* purpose);
void* allocate_pinned(int64_t bytes, const char* purpose);
} // namespace detail

enum class Place { device, pinned };

template <typename T, Place P>
class Memory {
  public:
    Memory() = default;
    Memory(Memory&& other) noexcept { swap(other); }
    Memory& operator=(Memory&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Memory() { reset(); }

    T* get() const { return data_; }
    int64_t count() const { return count_; }
    int64_t bytes() const { return count_ * static_cast<int64_t>(sizeof(T)); }

    // Room for at least `count`; what was in it is lost if it has to grow. Empty after a failure.
    void reserve(int64_t count, const char* purpose) {
        if (count <= count_)
            return;
        reset();
        const int64_t bytes = count * static_cast<int64_t>(sizeof(T));
        data_ = static_cast<T*>(P == Place::device ? detail::allocate_device(bytes, purpose)
                                                   : detail::allocate_pinned(bytes, purpose));
        count_ = count;
    }
    void reset() {
        if (!data_)
            return; // the call would make a context where there is none
        if (P == Place::device) {
            cudaFree(data_);
        } else {
            cudaFreeHost(data_);
        }
        data_ = nullptr;
        count_ = 0;
    }

  private:
    void swap(Memory& other) {
        std::swap(data_, other.data_);
        std::swap(count_, other.count_);
    }
    T* data_ = nullptr;
    int64_t count_ = 0;
};

template <typename T>
using DeviceMemory = Memory<T, Place::device>;
template <typename T>
using PinnedMemory = Memory<T, Place::pinned>;

class Stream {
  public:
    Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags"); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { cudaStreamDestroy(stream_); }
    cudaStream_t get() const { return stream_; }

  private:
    cudaStream_t stream_ = nullptr;
};

class Event {
  public:
    Event() { check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "cudaEventCreateWithFlags"); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { cudaEventDestroy(event_); }
    cudaEvent_t get() const { return event_; }

  private:
    cudaEvent_t event_ = nullptr;
};

class ExecutableGraph {
  public:
    ExecutableGraph() = default;
    ExecutableGraph(const ExecutableGraph&) = delete;
    ExecutableGraph& operator=(const ExecutableGraph&) = delete;
    ~ExecutableGraph() { reset(); }

    cudaGraphExec_t get() const { return graph_; }
    void reset(cudaGraphExec_t graph = nullptr) {
        if (graph_)
            cudaGraphExecDestroy(graph_);
        graph_ = graph;
    }

  private:
    cudaGraphExec_t graph_ = nullptr;
};

} // namespace mn::cuda
