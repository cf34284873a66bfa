// What only a trainer on a GPU offers; mn_trainer_set_stream asks for it. Needs no CUDA header.
#pragma once

struct CUstream_st;

namespace mn::cuda {

class StreamUser {
  public:
    // Queues all work on this stream from now on; null: on the trainer's own. It outlives the trainer or the next call.
    virtual void set_stream(CUstream_st* stream) = 0;

  protected:
    ~StreamUser() = default;
};

} // namespace mn::cuda
