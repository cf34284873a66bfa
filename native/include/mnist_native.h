/*
 * mnist_native.h: train and run a multi-layer perceptron (MLP) classifier.
 *
 * The only door into the native library. Plain C: no exception, no exit and no abort crosses it.
 *
 * Intended use
 * ------------
 *   1. Fill an mn_options with mn_options_defaults(), set the layers and what differs from the defaults.
 *   2. mn_trainer_create(), then mn_trainer_initialize() with a seed or mn_trainer_write() with weights of your own.
 *   3. mn_trainer_set_data() lends the training set. Nothing is copied on the CPU: keep the memory alive.
 *   4. mn_trainer_train() runs a chunk of steps. Call it until the epoch is done; between two calls the caller may
 *      report, evaluate, read or write parameters, stop.
 *   5. mn_trainer_read() takes the parameters out; mn_model_create() makes an immutable, thread-safe predictor of them.
 *   6. mn_trainer_destroy(), mn_model_destroy().
 *
 * Errors
 * ------
 * Every function that can fail returns an mn_status. On anything but MN_OK, mn_last_error() has one sentence for this
 * thread that says what is wrong and what to do. Output arguments are unchanged on failure unless said otherwise.
 *
 * Threads
 * -------
 * A trainer belongs to one thread at a time: a second thread that enters while a call is under way gets MN_BUSY and
 * nothing else happens. A model may be used by any number of threads at once. There is no global mutable state.
 *
 * Parameter vectors
 * -----------------
 * Parameters, gradients and optimizer state cross the door as one flat float32 vector in PyTorch's state-dict order:
 * for each layer the weight [fan_out, fan_in], row-major, then the bias [fan_out]. mn_parameter_count() is its length.
 */
#ifndef MNIST_NATIVE_H
#define MNIST_NATIVE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define MN_API __declspec(dllexport)
#else
#define MN_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- status ---------------------------------------------------------------------------------------------------- */

typedef enum mn_status {
    MN_OK = 0,
    MN_INVALID_ARGUMENT = 1, /* the caller's mistake; nothing was changed */
    MN_OUT_OF_MEMORY = 2,    /* host or device memory; the object stays usable */
    MN_UNSUPPORTED = 3,      /* not possible on this machine or in this build; the message says why */
    MN_DEVICE_ERROR = 4,     /* the GPU failed; this trainer can only be destroyed */
    MN_BUSY = 5,             /* another thread is inside this trainer */
    MN_DIVERGED = 6,         /* a loss was not finite; the state is that of the chunk's start */
    MN_INTERNAL = 7          /* a defect of this library */
} mn_status;

/* Version of the library, "major.minor.patch". Never NULL. */
MN_API const char* mn_version(void);

/*
 * The message of the calling thread's last failed call, "" if there was none; a call that succeeds leaves it alone.
 * Never NULL. Valid until the next call of this thread that fails.
 */
MN_API const char* mn_last_error(void);

/* ---- what the machine offers ----------------------------------------------------------------------------------- */

typedef struct mn_cpu_info {
    char isa_levels[128]; /* usable levels, weakest first, separated by a space: "ssse3 sse4 avx2 avx3 avx3_dl" */
    char isa_best[32];    /* the level that "auto" takes */
    int32_t cores;        /* logical cores that this process may run on */
    int32_t has_bf16;     /* 1 if the bf16 dot-product instruction is there */
} mn_cpu_info;

typedef struct mn_gpu_info {
    char name[256];
    int64_t total_memory; /* bytes */
    int64_t free_memory;  /* bytes */
    int32_t compute_major;
    int32_t compute_minor;
    int32_t multiprocessors;
    int32_t driver_version;  /* 1000 * major + 10 * minor */
    int32_t runtime_version; /* likewise */
} mn_gpu_info;

MN_API mn_status mn_get_cpu_info(mn_cpu_info* info);

/*
 * Number of usable GPUs in *count. Always MN_OK: without a driver, a device or CUDA in this build the count is 0 and
 * `reason` (capacity bytes, NUL-terminated, may be NULL) says why; else `reason` is "".
 */
MN_API mn_status mn_get_gpu_count(int32_t* count, char* reason, size_t capacity);

MN_API mn_status mn_get_gpu_info(int32_t index, mn_gpu_info* info);

/* ---- options --------------------------------------------------------------------------------------------------- */

typedef enum mn_device {
    MN_DEVICE_CPU = 0,
    MN_DEVICE_CUDA = 1,
    MN_DEVICE_REFERENCE = 2 /* slow double-precision loops: the truth that the others are tested against */
} mn_device;

typedef enum mn_precision { MN_FLOAT32 = 0, MN_BF16 = 1, MN_TF32 = 2 } mn_precision;

typedef enum mn_optimizer { MN_ADAM = 0, MN_ADAMW = 1, MN_SGD = 2 } mn_optimizer;

typedef enum mn_reduction { MN_REDUCTION_NONE = 0, MN_REDUCTION_MEAN = 1, MN_REDUCTION_SUM = 2 } mn_reduction;

typedef struct mn_options {
    /* The net: sizes[0] inputs, sizes[layer_count] classes; ReLU between layers, logits out. */
    const int32_t* sizes; /* [layer_count + 1], each >= 1 */
    int32_t layer_count;  /* >= 1 */

    /* Where it runs */
    mn_device device;
    int32_t device_index; /* which GPU */
    mn_precision precision;
    int32_t threads; /* CPU threads, the caller's included; 0 = all cores */
    const char* isa; /* CPU level: NULL or "auto" = best; else one of mn_cpu_info.isa_levels */

    /* Optimizer, with PyTorch's meaning and formulas. The learning rate is given per step to mn_trainer_train(). */
    mn_optimizer optimizer;
    double beta1, beta2, eps; /* Adam, AdamW */
    int32_t amsgrad;          /* Adam, AdamW: 0 or 1 */
    double weight_decay;
    double momentum, dampening; /* SGD */
    int32_t nesterov;           /* SGD: 0 or 1; needs momentum > 0 and dampening == 0 */

    /* Loss: CrossEntropyLoss with PyTorch's meaning. */
    const float* class_weights; /* [classes], each >= 0 and finite, or NULL */
    int64_t ignore_index;
    double label_smoothing; /* 0..1 */
    mn_reduction reduction; /* MEAN or SUM; training needs a scalar */
} mn_options;

/* PyTorch's defaults: Adam(0.9, 0.999, 1e-8), mean reduction, ignore_index -100, all cores, float32, no layers. */
MN_API void mn_options_defaults(mn_options* options);

/* ---- data ------------------------------------------------------------------------------------------------------ */

typedef enum mn_pixel_type { MN_UINT8 = 0, MN_FLOAT32_PIXELS = 1 } mn_pixel_type;

typedef struct mn_data {
    const void* pixels; /* [count, features], row-major, uint8 or float32 (aligned to 4 bytes) */
    mn_pixel_type type;
    double scale;          /* uint8: byte b stands for the float32 nearest to b * scale; float32: must be 1 */
    const int32_t* labels; /* [count]: 0..classes-1 or ignore_index; may be NULL where only logits are wanted */
    int64_t count;         /* at most 2^31 - 1 */
    int64_t features;      /* must equal sizes[0] */
} mn_data;

/* ---- trainer --------------------------------------------------------------------------------------------------- */

typedef struct mn_trainer mn_trainer;

MN_API mn_status mn_trainer_create(const mn_options* options, mn_trainer** trainer);

/* NULL is allowed. A trainer that another thread is inside of is not destroyed: MN_BUSY. */
MN_API mn_status mn_trainer_destroy(mn_trainer* trainer);

/* Length of the parameter vector of a net; 0 if the sizes are not valid. */
MN_API int64_t mn_parameter_count(const int32_t* sizes, int32_t layer_count);

/*
 * PyTorch's nn.Linear initial values, bit for bit those of torch.manual_seed(seed) followed by the layers in order;
 * the optimizer state is cleared and the step count is 0.
 */
MN_API mn_status mn_trainer_initialize(mn_trainer* trainer, uint64_t seed);

/*
 * Lends the training set. Labels are checked. On the CPU the memory is used in place: it must stay alive and unchanged
 * until the next mn_trainer_set_data() or mn_trainer_destroy(). On a GPU it is uploaded,
 * or streamed if it does not fit.
 */
MN_API mn_status mn_trainer_set_data(mn_trainer* trainer, const mn_data* data);

/*
 * Trains on `samples` samples, in steps of batch_size; the last step takes what is left if that is not a multiple.
 *   order           [samples] indices into the training set; NULL = first, first + 1, ...
 *   first           index of the first sample where order is NULL; ignored otherwise
 *   learning_rates  [steps], steps = ceil(samples / batch_size)
 *   losses          [steps] out: the batch's loss under the parameters before the update. NaN for a batch whose labels
 *                   are all ignored: no divergence, its gradient is zero
 *   correct         [steps] out: samples whose largest logit (the first, if equal) is their label
 *   steps_done      out: steps that count: all of them, or on MN_DIVERGED those before the one with the bad loss
 * On MN_DIVERGED, parameters, optimizer state and step count are what they were when the call began.
 */
MN_API mn_status mn_trainer_train(mn_trainer* trainer, const int32_t* order, int64_t first, int64_t samples,
                                  int64_t batch_size, const double* learning_rates, double* losses, int32_t* correct,
                                  int64_t* steps_done);

/* Sums over samples [first, first + count) of `data`, by the trainer's present parameters. */
typedef struct mn_evaluation {
    double loss_sum;   /* sum of the samples' weighted losses */
    double weight_sum; /* sum of their weights: loss_sum / weight_sum is the mean reduction */
    int64_t correct;
    int64_t counted; /* samples whose label is not ignore_index */
} mn_evaluation;

/* predictions [count], out, may be NULL: the class with the largest logit. data->labels must be there. */
MN_API mn_status mn_trainer_evaluate(mn_trainer* trainer, const mn_data* data, int64_t first, int64_t count,
                                     mn_evaluation* evaluation, int32_t* predictions);

typedef enum mn_slot {
    MN_PARAMETERS = 0,
    MN_FIRST_MOMENT = 1,     /* Adam's exp_avg; SGD's momentum_buffer */
    MN_SECOND_MOMENT = 2,    /* Adam's exp_avg_sq */
    MN_MAX_SECOND_MOMENT = 3 /* amsgrad's max_exp_avg_sq */
} mn_slot;

/* Copies a slot out or in; count is the parameter vector's length. UNSUPPORTED if the optimizer has no such slot. */
MN_API mn_status mn_trainer_read(mn_trainer* trainer, mn_slot slot, float* values, int64_t count);
MN_API mn_status mn_trainer_write(mn_trainer* trainer, mn_slot slot, const float* values, int64_t count);

/* Optimizer steps done so far (Adam's bias correction follows it); set it when state is restored. */
MN_API mn_status mn_trainer_get_step(mn_trainer* trainer, int64_t* step);
MN_API mn_status mn_trainer_set_step(mn_trainer* trainer, int64_t step);

/* One line on what runs: device, ISA level or GPU, threads, precision. Cut to capacity, NUL-terminated. */
MN_API mn_status mn_trainer_describe(mn_trainer* trainer, char* text, size_t capacity);

/* ---- model: immutable, for inference --------------------------------------------------------------------------- */

typedef struct mn_model mn_model;

/* Of `options` only the net and "where it runs" are read. parameters: [count], the net's parameter vector. */
MN_API mn_status mn_model_create(const mn_options* options, const float* parameters, int64_t count, mn_model** model);

/* NULL is allowed. The caller makes sure that no other thread is inside. */
MN_API mn_status mn_model_destroy(mn_model* model);

/* logits [count, classes] out. pixels [count, features], count <= 2^31 - 1. Safe from any number of threads at once. */
MN_API mn_status mn_model_logits_f32(const mn_model* model, const float* pixels, int64_t count, float* logits);
MN_API mn_status mn_model_logits_u8(const mn_model* model, const uint8_t* pixels, double scale, int64_t count,
                                    float* logits);

/* ---- the loss by itself ---------------------------------------------------------------------------------------- */

/*
 * torch.nn.functional.cross_entropy and its gradient, computed in double precision.
 *   logits   [count, classes]; labels [count]; class_weights [classes] or NULL
 *   upstream [count] for reduction none (gradient of the sum of upstream * loss), or NULL for ones; else ignored
 *   losses   [count] for reduction none, else [1]; may be NULL
 *   gradient [count, classes]; may be NULL
 */
MN_API mn_status mn_cross_entropy(const double* logits, const int32_t* labels, int64_t count, int64_t classes,
                                  const float* class_weights, int64_t ignore_index, double label_smoothing,
                                  mn_reduction reduction, const double* upstream, double* losses, double* gradient);

/* ---- memory ---------------------------------------------------------------------------------------------------- */

/* Bytes of host and device memory that live objects of this library hold. */
MN_API int64_t mn_native_bytes(void);
MN_API int64_t mn_trainer_bytes(const mn_trainer* trainer);
MN_API int64_t mn_model_bytes(const mn_model* model);

#ifdef __cplusplus
}
#endif

#endif
