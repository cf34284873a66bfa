/*
 * mnist_native.h: train and run a multi-layer perceptron (MLP): a classifier, or a net whose outputs are real numbers.
 *
 * The only door into the native library. Plain C: no exception, no exit and no abort crosses it.
 *
 * Intended use
 * ------------
 *   1. Fill an mn_net. mn_placement, mn_optimizer_options and mn_loss_options begin as their _defaults() leave them.
 *   2. mn_trainer_create(), then mn_trainer_initialize() with a seed or mn_trainer_write() with weights of your own.
 *   3. mn_trainer_set_data() lends the training set. Nothing is copied on the CPU: keep the memory alive.
 *   4. mn_trainer_train() runs a chunk of steps. Call it until the epoch is done; between two calls the caller may
 *      report, evaluate, read or write parameters, stop.
 *   5. mn_trainer_read() takes the parameters out; mn_model_create() makes an immutable, thread-safe model of them.
 *   6. mn_trainer_destroy(), mn_model_destroy().
 *
 * Errors
 * ------
 * Every function that can fail returns an mn_status. On anything but MN_OK, mn_last_error() has one sentence for this
 * thread that says what is wrong and what to do. Output arguments are unchanged on failure unless said otherwise.
 *
 * Structs that grow
 * -----------------
 * A struct whose first member is `size` may become longer in a later version, at its end. The caller sets size to the
 * sizeof of its own header's struct, which the _defaults() functions do as well; the library takes what lies beyond an
 * older caller's size for the default. A size below that of the first version (0, if it was forgotten) is
 * MN_INVALID_ARGUMENT. What lies beyond the library's own struct must be 0, else it is MN_UNSUPPORTED: the caller asks
 * for what only a newer library can do. Structs without a size are the library's to fill in and don't grow.
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
 *
 * Losses
 * ------
 * Cross-entropy takes labels, one class a sample; all other losses take targets [count, outputs], and a sample's loss
 * is the mean over its outputs. "loss" is the plain mean loss of the samples: no sample weights, class weights, label
 * smoothing or pos_weight. "objective" is what training minimises: with all of them.
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

/*
 * Counts up with every change that a program built against an older header would stumble over. Growing structs do not
 * count.
 */
#define MN_ABI_VERSION 4

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

/* The library's MN_ABI_VERSION: who loads it at run time compares it with that of the header. */
MN_API int32_t mn_abi_version(void);

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
    int32_t compute_major;
    int32_t compute_minor;
    int32_t multiprocessors;
    int32_t driver_version;  /* 1000 * major + 10 * minor */
    int32_t runtime_version; /* likewise */
} mn_gpu_info;

MN_API mn_status mn_get_cpu_info(mn_cpu_info* info);

/*
 * Bytes of memory that this process may still take without swapping: what the system has available, or what the control
 * groups leave if that is less. INT64_MAX where the system does not say.
 */
MN_API int64_t mn_available_memory(void);

/*
 * Number of usable GPUs in *count. Always MN_OK: without a driver, a device or CUDA in this build the count is 0 and
 * `reason` (capacity bytes, NUL-terminated, may be NULL) says why; else `reason` is "".
 */
MN_API mn_status mn_get_gpu_count(int32_t* count, char* reason, size_t capacity);

/* Neither this nor mn_get_gpu_count() makes a CUDA context. */
MN_API mn_status mn_get_gpu_info(int32_t index, mn_gpu_info* info);

/*
 * Bytes free on a GPU. Asking takes a CUDA context there, which is given back; that fails where the GPU's memory is
 * full, or where another process has it for itself.
 */
MN_API mn_status mn_get_gpu_free_memory(int32_t index, int64_t* bytes);

/* ---- the net --------------------------------------------------------------------------------------------------- */

/* PyTorch's functions of these names; gelu is the exact one, gelu_tanh that of approximate="tanh". */
typedef enum mn_activation {
    MN_ACTIVATION_RELU = 0,
    MN_ACTIVATION_IDENTITY = 1,
    MN_ACTIVATION_LEAKY_RELU = 2,
    MN_ACTIVATION_ELU = 3,
    MN_ACTIVATION_SELU = 4,
    MN_ACTIVATION_SIGMOID = 5,
    MN_ACTIVATION_TANH = 6,
    MN_ACTIVATION_GELU = 7,
    MN_ACTIVATION_GELU_TANH = 8,
    MN_ACTIVATION_SILU = 9
} mn_activation;

typedef struct mn_net {
    uint32_t size;              /* sizeof(mn_net) */
    int32_t layer_count;        /* >= 1 */
    const int32_t* sizes;       /* [layer_count + 1], each >= 1: sizes[0] inputs, sizes[layer_count] outputs */
    const int32_t* activations; /* [layer_count - 1] of mn_activation, one per hidden layer; NULL = ReLU behind each */
    double input_dropout;       /* the share of the inputs that a training step drops, in [0, 1); what it keeps is
                                   divided by 1 - the share. Evaluation and models drop nothing. Which values are
                                   dropped follows from mn_chunk.seed, the trainer's step count and their place */
    double hidden_dropout;      /* likewise of each hidden layer's outputs */
    /* [layer_count - 1], finite: the slope of leaky_relu, the alpha of elu; not read for the others. NULL = PyTorch's
       defaults, 0.01 and 1 */
    const double* activation_parameters;
} mn_net;

/* Length of the parameter vector of a net; 0 if the net is not valid. */
MN_API int64_t mn_parameter_count(const mn_net* net);

/*
 * PyTorch's nn.Linear initial values, bit for bit those of torch.manual_seed(seed) followed by the layers in order.
 * values: [count] out, count is the net's mn_parameter_count().
 */
MN_API mn_status mn_initial_parameters(const mn_net* net, uint64_t seed, float* values, int64_t count);

/* ---- where it runs --------------------------------------------------------------------------------------------- */

typedef enum mn_device {
    MN_DEVICE_CPU = 0,
    MN_DEVICE_CUDA = 1,
    MN_DEVICE_REFERENCE = 2 /* slow double-precision loops: the truth that the others are tested against */
} mn_device;

/*
 * How numbers are multiplied; sums, biases and what a trainer keeps are float32 in each but INT8's exact sums.
 *
 * INT8 is for models on the CPU, on any instruction set and with the same bits on all of them: a layer's weights are
 * rounded to -127..127 times a scale of each output's own, its inputs to 0..255 times a scale (and from a zero) of each
 * sample's own, by the sample's range; uint8 pixels stay what they are. A sample that has a number which is not finite,
 * or comes to one within the net, has logits that are all NaN. MN_UNSUPPORTED for a trainer, and for a layer of more
 * than 65,536 inputs.
 */
typedef enum mn_precision {
    MN_PRECISION_FLOAT32 = 0,
    MN_PRECISION_BF16 = 1,
    MN_PRECISION_TF32 = 2, /* GPUs */
    MN_PRECISION_INT8 = 3
} mn_precision;

typedef struct mn_placement {
    uint32_t size; /* sizeof(mn_placement) */
    mn_device device;
    int32_t device_index; /* which GPU; 0 on the others */
    mn_precision precision;
    int32_t threads; /* CPU threads, the caller's included; 0 = all cores */
    const char* isa; /* CPU level: NULL or "auto" = best; else one of mn_cpu_info.isa_levels */
} mn_placement;

/*
 * Writes `size` bytes, sizeof(mn_placement) of the caller's header: the CPU, float32, all cores, the best instruction
 * set. Does nothing if placement is NULL.
 */
MN_API void mn_placement_defaults(mn_placement* placement, uint32_t size);

/* ---- what training minimises, and how -------------------------------------------------------------------------- */

typedef enum mn_optimizer { MN_OPTIMIZER_ADAM = 0, MN_OPTIMIZER_ADAMW = 1, MN_OPTIMIZER_SGD = 2 } mn_optimizer;

/* With PyTorch's meaning and formulas. The learning rate comes with each step, in mn_chunk. */
typedef struct mn_optimizer_options {
    uint32_t size; /* sizeof(mn_optimizer_options) */
    mn_optimizer kind;
    double beta1, beta2, eps; /* Adam, AdamW */
    double weight_decay;
    double momentum, dampening; /* SGD */
    int32_t amsgrad;            /* Adam, AdamW: 0 or 1 */
    int32_t nesterov;           /* SGD: 0 or 1; needs momentum > 0 and dampening == 0 */
} mn_optimizer_options;

/* Writes `size` bytes: PyTorch's Adam(0.9, 0.999, 1e-8). */
MN_API void mn_optimizer_options_defaults(mn_optimizer_options* options, uint32_t size);

typedef enum mn_reduction { MN_REDUCTION_NONE = 0, MN_REDUCTION_MEAN = 1, MN_REDUCTION_SUM = 2 } mn_reduction;

/* The label of samples that do not count, unless mn_loss_options says otherwise: PyTorch's default. */
#define MN_IGNORE_INDEX (-100)

/* PyTorch's loss functions of these names. */
typedef enum mn_loss {
    MN_LOSS_CROSS_ENTROPY = 0, /* CrossEntropyLoss: labels; all others take targets */
    MN_LOSS_BCE = 1,           /* BCEWithLogitsLoss; targets from 0 to 1 */
    MN_LOSS_MSE = 2,
    MN_LOSS_L1 = 3,
    MN_LOSS_SMOOTH_L1 = 4,
    MN_LOSS_HUBER = 5
} mn_loss;

/*
 * With PyTorch's meaning. What belongs to another loss than `kind` must be left as the _defaults() have it.
 * MEAN divides the sum of the samples' losses by the sum of their weights: sample weights, and for cross-entropy times
 * the class weights of the labels.
 */
typedef struct mn_loss_options {
    uint32_t size;              /* sizeof(mn_loss_options) */
    mn_reduction reduction;     /* MEAN or SUM for training, which needs a scalar */
    const float* class_weights; /* cross-entropy: [classes], each >= 0 and finite, or NULL: all 1. Copied */
    int64_t ignore_index;       /* cross-entropy; the others don't look at it */
    double label_smoothing;     /* cross-entropy: 0..1 */
    mn_loss kind;
    double parameter;        /* smooth L1's beta, Huber's delta: finite and > 0; 0 = PyTorch's default, 1 */
    const float* pos_weight; /* BCE: [outputs], each >= 0 and finite, or NULL: all 1. Copied */
} mn_loss_options;

/* Writes `size` bytes: cross-entropy, mean reduction, MN_IGNORE_INDEX, no weights, no smoothing. */
MN_API void mn_loss_options_defaults(mn_loss_options* options, uint32_t size);

/* ---- data ------------------------------------------------------------------------------------------------------ */

typedef enum mn_pixel_type { MN_PIXEL_UINT8 = 0, MN_PIXEL_FLOAT32 = 1 } mn_pixel_type;

/* Samples in the caller's memory; labels, targets and weights are aligned to 4 bytes. */
typedef struct mn_data {
    uint32_t size; /* sizeof(mn_data) */
    mn_pixel_type type;
    const void* pixels;          /* [count, features], row-major, uint8 or float32 (aligned to 4 bytes) */
    double scale;                /* uint8: byte b stands for the float32 nearest to b * scale; float32: must be 1 */
    const int32_t* labels;       /* [count]: 0..classes-1 or ignore_index; read for cross-entropy alone */
    const float* targets;        /* [count, outputs], row-major, finite; read for the other losses alone */
    const float* sample_weights; /* [count], each >= 0 and finite, or NULL: all 1 */
    int64_t count;               /* at most 2^31 - 1 */
    int64_t features;            /* must equal sizes[0] */
} mn_data;

/* ---- trainer --------------------------------------------------------------------------------------------------- */

typedef struct mn_trainer mn_trainer;

/*
 * placement, optimizer, loss: NULL = as their _defaults() say. Everything is copied. All parameters are 0 until
 * mn_trainer_initialize() or mn_trainer_write().
 */
MN_API mn_status mn_trainer_create(const mn_net* net, const mn_placement* placement,
                                   const mn_optimizer_options* optimizer, const mn_loss_options* loss,
                                   mn_trainer** trainer);

/* NULL is allowed. A trainer that another thread is inside of is not destroyed: MN_BUSY. */
MN_API mn_status mn_trainer_destroy(mn_trainer* trainer);

/* Parameters as of mn_initial_parameters(); the optimizer state is cleared and the step count is 0. */
MN_API mn_status mn_trainer_initialize(mn_trainer* trainer, uint64_t seed);

/*
 * Lends the training set. All labels, targets and weights are checked. On the CPU the memory is used in place: it must
 * stay alive and unchanged until the next mn_trainer_set_data() or mn_trainer_destroy(). On a GPU it is uploaded, or
 * streamed if it does not fit. The mn_data itself is copied.
 */
MN_API mn_status mn_trainer_set_data(mn_trainer* trainer, const mn_data* data);

/*
 * Checks a data set, its labels or targets included, as mn_trainer_set_data() would, and lends nothing: to be told what
 * is wrong with an evaluation set before any training is done.
 */
MN_API mn_status mn_trainer_check_data(mn_trainer* trainer, const mn_data* data);

/* `samples` samples of the training set, in steps of batch_size; the last step takes what is left. */
typedef struct mn_chunk {
    uint32_t size;        /* sizeof(mn_chunk) */
    const int32_t* order; /* [samples] indices into the training set; NULL = first, first + 1, ... */
    int64_t first;        /* index of the first sample where order is NULL; ignored otherwise */
    int64_t samples;
    int64_t batch_size;
    const double* learning_rates; /* [steps], steps = ceil(samples / batch_size) */
    uint64_t seed; /* of what the steps draw at random (dropout), each by its place in the trainer's step count */
} mn_chunk;

/* Of a batch, under the parameters before its update. */
typedef struct mn_step_result {
    double loss;           /* mean of the plain losses of the samples that count, as mn_evaluation's: those whose label
                              is not ignore_index. NaN if none does: no divergence, the gradient is zero */
    double objective;      /* what the step minimises: all weights and label smoothing are in it, reduced as the options
                              say; NaN where the mean's weights add up to 0: no divergence, the gradient is zero */
    double absolute_error; /* mean of |output - target| over samples and outputs, of BCE |probability - target|; 0 for
                              cross-entropy */
    int32_t correct;       /* cross-entropy: samples whose largest logit (the first, if equal) is their label. BCE:
                              outputs, over all samples, where logit > 0 is as target > 0.5. Else 0 */
    int32_t reserved;      /* 0 */
} mn_step_result;

/*
 * Trains on a chunk; what it points to is read during the call only.
 *   results     [steps] out; those of the steps that count
 *   steps_done  out: steps that count: all of them, or on MN_DIVERGED those before the one with the bad loss
 * On MN_DIVERGED, parameters, optimizer state and step count are what they were when the call began.
 */
MN_API mn_status mn_trainer_train(mn_trainer* trainer, const mn_chunk* chunk, mn_step_result* results,
                                  int64_t* steps_done);

/* Sums over the samples that count: for cross-entropy those whose label is not ignore_index, else all. */
typedef struct mn_evaluation {
    double loss_sum;           /* of plain losses: loss_sum / counted is the loss */
    double objective_sum;      /* of what training minimises: / weight_sum is the mean reduction's objective */
    double weight_sum;         /* of the sample weights, for cross-entropy times the class weights of the labels */
    double absolute_error_sum; /* each sample's mean over its outputs, as mn_step_result's; 0 for cross-entropy */
    double squared_error_sum;  /* likewise of the squares: / counted is the mean squared error */
    int64_t correct;           /* as mn_step_result's: for BCE out of counted * outputs */
    int64_t counted;           /* samples */
} mn_evaluation;

/*
 * Of samples [first, first + count) of `data`, by the trainer's present parameters. Of labels, targets and weights,
 * those of these samples are checked: a set that is gone through in blocks is checked once. predictions: [count] out,
 * may be NULL: the class with the largest logit (the first, if equal); must be NULL for a loss that takes targets.
 */
MN_API mn_status mn_trainer_evaluate(mn_trainer* trainer, const mn_data* data, int64_t first, int64_t count,
                                     mn_evaluation* evaluation, int32_t* predictions);

/* What is kept for every parameter. */
typedef enum mn_slot {
    MN_SLOT_PARAMETERS = 0,
    MN_SLOT_FIRST_MOMENT = 1,     /* Adam's exp_avg; SGD's momentum_buffer */
    MN_SLOT_SECOND_MOMENT = 2,    /* Adam's exp_avg_sq */
    MN_SLOT_MAX_SECOND_MOMENT = 3 /* amsgrad's max_exp_avg_sq */
} mn_slot;

/* Copies a slot out or in; count is the parameter vector's length. UNSUPPORTED if the optimizer has no such slot. */
MN_API mn_status mn_trainer_read(mn_trainer* trainer, mn_slot slot, float* values, int64_t count);
MN_API mn_status mn_trainer_write(mn_trainer* trainer, mn_slot slot, const float* values, int64_t count);

/* How many slots the optimizer keeps, the parameters included: those from MN_SLOT_PARAMETERS on, without a gap. */
MN_API mn_status mn_trainer_slot_count(mn_trainer* trainer, int32_t* slots);

/*
 * All that training goes on from, in one call: values [slots, parameters] (mn_trainer_slot_count(),
 * mn_parameter_count()), count is the product of the two, step as of mn_trainer_get_step().
 */
MN_API mn_status mn_trainer_read_state(mn_trainer* trainer, float* values, int64_t count, int64_t* step);
MN_API mn_status mn_trainer_write_state(mn_trainer* trainer, const float* values, int64_t count, int64_t step);

/* Optimizer steps done so far (Adam's bias correction follows it); set it when state is restored. */
MN_API mn_status mn_trainer_get_step(mn_trainer* trainer, int64_t* step);
MN_API mn_status mn_trainer_set_step(mn_trainer* trainer, int64_t step);

/* One line on what runs: device, ISA level or GPU, threads, precision; behind steps with so little to do that only
 * some of the threads had a share in them, how many. Cut to capacity, NUL-terminated. */
MN_API mn_status mn_trainer_describe(mn_trainer* trainer, char* text, size_t capacity);

/* ---- model: immutable, for inference --------------------------------------------------------------------------- */

typedef struct mn_model mn_model;

/* placement: NULL = as of its _defaults(). parameters: [count], the net's parameter vector. Everything is copied. */
MN_API mn_status mn_model_create(const mn_net* net, const mn_placement* placement, const float* parameters,
                                 int64_t count, mn_model** model);

/* NULL is allowed. The caller makes sure that no other thread is inside. */
MN_API mn_status mn_model_destroy(mn_model* model);

/* logits [count, outputs] out. pixels [count, features], count <= 2^31 - 1. Safe from any number of threads at once. */
MN_API mn_status mn_model_logits_f32(const mn_model* model, const float* pixels, int64_t count, float* logits);
MN_API mn_status mn_model_logits_u8(const mn_model* model, const uint8_t* pixels, double scale, int64_t count,
                                    float* logits);

/*
 * As mn_trainer_evaluate(). Safe from any number of threads at once.
 * loss: NULL = as of mn_loss_options_defaults(). Its reduction is of no meaning here.
 */
MN_API mn_status mn_model_evaluate(const mn_model* model, const mn_data* data, int64_t first, int64_t count,
                                   const mn_loss_options* loss, mn_evaluation* evaluation, int32_t* predictions);

/* ---- the loss by itself ---------------------------------------------------------------------------------------- */

/*
 * torch.nn.functional.cross_entropy and its gradient, computed in double precision.
 *   logits   [count, classes]; labels [count]
 *   loss     of kind cross-entropy, class_weights [classes]; NULL = as of mn_loss_options_defaults()
 *   upstream [count] for reduction none (gradient of the sum of upstream * loss), or NULL for ones; else ignored
 *   losses   [count] for reduction none, else [1]; may be NULL
 *   gradient [count, classes]; may be NULL
 */
MN_API mn_status mn_cross_entropy(const double* logits, const int32_t* labels, int64_t count, int64_t classes,
                                  const mn_loss_options* loss, const double* upstream, double* losses,
                                  double* gradient);

/* ---- memory ---------------------------------------------------------------------------------------------------- */

/* Bytes of host and device memory that live objects of this library hold. */
MN_API int64_t mn_native_bytes(void);
MN_API int64_t mn_trainer_bytes(const mn_trainer* trainer);
MN_API int64_t mn_model_bytes(const mn_model* model);

#ifdef __cplusplus
}
#endif

#endif
