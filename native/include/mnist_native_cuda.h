/*
 * mnist_native_cuda.h: for callers that use CUDA themselves. Needs no CUDA header.
 *
 * Apart from mnist_native.h, so that nobody else meets a CUDA type. It is in every build; without CUDA in it, or for a
 * trainer that is not on a GPU, it returns MN_UNSUPPORTED.
 */
#ifndef MNIST_NATIVE_CUDA_H
#define MNIST_NATIVE_CUDA_H

#include "mnist_native.h"

#ifdef __cplusplus
extern "C" {
#endif

struct CUstream_st; /* a cudaStream_t or CUstream points to it */

/*
 * Queues the trainer's work on the caller's stream from now on; NULL: on the trainer's own again, as at first. The
 * stream must belong to the primary context of the trainer's device (the run-time library's; not one of cuCtxCreate())
 * and must live until the next mn_trainer_set_stream() or mn_trainer_destroy(). It must not be capturing while the
 * trainer is called. Where that is found not to be so, calls return MN_INVALID_ARGUMENT, and the trainer lives. Every
 * call leaves the calling thread's context as it was. What the trainer queued before is done
 * when this returns; every call still waits for its own results, so that a trainer's work comes after what the caller
 * queued before a call and before what is queued after it.
 */
MN_API mn_status mn_trainer_set_stream(mn_trainer* trainer, struct CUstream_st* stream);

#ifdef __cplusplus
}
#endif

#endif
