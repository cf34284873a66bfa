// The other side of the C ABI: checks every argument, turns exceptions into a status and a message, guards handles.
#include "mnist_native.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "model/backend.h"
#include "model/error.h"
#include "model/initialise.h"
#include "reference/loss.h"

static_assert(static_cast<int>(mn::Status::internal) == MN_INTERNAL);
static_assert(static_cast<int>(mn::Slot::max_second_moment) == MN_MAX_SECOND_MOMENT);
static_assert(static_cast<int>(mn::Reduction::sum) == MN_REDUCTION_SUM);
static_assert(static_cast<int>(mn::OptimizerKind::sgd) == MN_SGD);
static_assert(static_cast<int>(mn::DeviceKind::reference) == MN_DEVICE_REFERENCE);
static_assert(static_cast<int>(mn::Precision::tf32) == MN_TF32);

// Live bytes of all objects, counted when an object is made and when it goes.
static std::atomic<int64_t> live_bytes{0};

struct mn_trainer {
    mn_trainer(mn::TrainerOptions o, std::unique_ptr<mn::Backend> b) : options(std::move(o)), backend(std::move(b)) {}
    mn::TrainerOptions options;
    std::unique_ptr<mn::Backend> backend;
    mn::Samples data;
    int64_t counted_bytes = 0;
    bool dead = false; // the GPU failed
    std::atomic_flag inside = ATOMIC_FLAG_INIT;
};

struct mn_model {
    mn::NetShape net;
    std::unique_ptr<mn::Predictor> predictor;
    int64_t counted_bytes = 0;
};

namespace {

thread_local std::string last_error;

[[noreturn]] void refuse(const std::string& message) {
    throw mn::Error(mn::Status::invalid_argument, message);
}

void require(bool ok, const char* message) {
    if (!ok) refuse(message);
}

mn_status fail(mn::Status status, const char* message) noexcept {
    try {
        last_error = message;
    } catch (...) { // no memory for the message: the status has to do
    }
    return static_cast<mn_status>(status);
}

// Runs body; whatever it throws becomes a status.
template <typename Body>
mn_status guarded(Body&& body) noexcept {
    try {
        last_error.clear();
        return body();
    } catch (const mn::Error& e) {
        return fail(e.status(), e.what());
    } catch (const std::bad_alloc&) {
        return fail(mn::Status::out_of_memory, "out of memory: use a smaller net or batch, or free other objects first");
    } catch (const std::exception& e) {
        return fail(mn::Status::internal, e.what());
    } catch (...) {
        return fail(mn::Status::internal, "unknown failure");
    }
}

// Holds a trainer for one call; a second thread is refused instead of waiting.
class Visit {
  public:
    explicit Visit(mn_trainer* trainer) : trainer_(trainer) {
        require(trainer != nullptr, "the trainer handle is NULL");
        if (trainer->inside.test_and_set(std::memory_order_acquire)) {
            trainer_ = nullptr;
            throw mn::Error(mn::Status::busy, "another thread is using this trainer: give each thread its own trainer");
        }
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    ~Visit() {
        if (trainer_) trainer_->inside.clear(std::memory_order_release);
    }

  private:
    mn_trainer* trainer_;
};

// guarded() for calls on a trainer; a device error marks it dead.
template <typename Body>
mn_status on_trainer(mn_trainer* trainer, Body&& body) noexcept {
    return guarded([&]() -> mn_status {
        Visit visit(trainer);
        if (trainer->dead) {
            throw mn::Error(mn::Status::device_error, "the GPU failed in an earlier call: close this trainer, make a new one");
        }
        try {
            return body(*trainer);
        } catch (const mn::Error& e) {
            trainer->dead = trainer->dead || e.status() == mn::Status::device_error;
            throw;
        }
    });
}

void recount(mn_trainer& trainer) {
    const int64_t now = trainer.backend->bytes();
    live_bytes += now - trainer.counted_bytes;
    trainer.counted_bytes = now;
}

void copy_text(const std::string& text, char* out, size_t capacity) {
    if (!out || capacity == 0) return;
    const size_t length = std::min(text.size(), capacity - 1);
    std::memcpy(out, text.data(), length);
    out[length] = '\0';
}

mn::NetShape checked_net(const int32_t* sizes, int32_t layer_count) {
    require(sizes != nullptr, "sizes is NULL");
    require(layer_count >= 1 && layer_count <= 1000, "layer_count must be between 1 and 1000");
    mn::NetShape net;
    net.sizes.assign(sizes, sizes + layer_count + 1);
    double parameters = 0;
    for (int32_t size : net.sizes) require(size >= 1, "every layer size must be at least 1");
    for (int l = 0; l < net.layers(); ++l) {
        parameters += (static_cast<double>(net.fan_in(l)) + 1) * static_cast<double>(net.fan_out(l));
    }
    require(parameters < 2147483648.0, "the net has more than 2^31 - 1 parameters: use narrower layers");
    return net;
}

mn::Placement checked_placement(const mn_options& o) {
    require(o.device >= MN_DEVICE_CPU && o.device <= MN_DEVICE_REFERENCE, "device is not one of mn_device");
    require(o.precision >= MN_FLOAT32 && o.precision <= MN_TF32, "precision is not one of mn_precision");
    require(o.device_index >= 0, "device_index must not be negative");
    require(o.threads >= 0 && o.threads <= 1024, "threads must be between 0 and 1024");
    mn::Placement place;
    place.device = static_cast<mn::DeviceKind>(o.device);
    place.device_index = o.device_index;
    place.precision = static_cast<mn::Precision>(o.precision);
    place.threads = o.threads;
    place.isa = o.isa && std::strcmp(o.isa, "auto") != 0 ? o.isa : "";
    if (place.device == mn::DeviceKind::reference && place.precision != mn::Precision::float32) {
        throw mn::Error(mn::Status::unsupported, "the reference device computes in double precision only");
    }
    if (place.device == mn::DeviceKind::cpu && place.precision == mn::Precision::tf32) {
        throw mn::Error(mn::Status::unsupported, "tf32 is a precision of NVIDIA GPUs: on the CPU use float32 or bf16");
    }
    return place;
}

mn::LossOptions checked_loss(const float* weights, int64_t classes, int64_t ignore_index, double smoothing,
                             mn_reduction reduction) {
    require(reduction >= MN_REDUCTION_NONE && reduction <= MN_REDUCTION_SUM, "reduction is not one of mn_reduction");
    require(smoothing >= 0 && smoothing <= 1, "label_smoothing must be between 0 and 1");
    mn::LossOptions loss;
    loss.ignore_index = ignore_index;
    loss.label_smoothing = smoothing;
    loss.reduction = static_cast<mn::Reduction>(reduction);
    if (weights) loss.class_weights.assign(weights, weights + classes);
    for (float w : loss.class_weights) require(std::isfinite(w) && w >= 0, "class weights must be finite and not negative");
    return loss;
}

mn::OptimizerOptions checked_optimizer(const mn_options& o) {
    require(o.optimizer >= MN_ADAM && o.optimizer <= MN_SGD, "optimizer is not one of mn_optimizer");
    const bool adaptive = o.optimizer != MN_SGD;
    if (adaptive) {
        require(o.beta1 >= 0 && o.beta1 < 1, "beta1 must be in [0, 1)");
        require(o.beta2 >= 0 && o.beta2 < 1, "beta2 must be in [0, 1)");
        require(std::isfinite(o.eps) && o.eps >= 0, "eps must be finite and not negative");
    } else {
        require(std::isfinite(o.momentum) && o.momentum >= 0, "momentum must be finite and not negative");
        require(std::isfinite(o.dampening), "dampening must be finite");
        require(!o.nesterov || (o.momentum > 0 && o.dampening == 0), "nesterov needs a momentum above 0 and no dampening");
    }
    require(std::isfinite(o.weight_decay) && o.weight_decay >= 0, "weight_decay must be finite and not negative");
    mn::OptimizerOptions optimizer;
    optimizer.kind = static_cast<mn::OptimizerKind>(o.optimizer);
    optimizer.weight_decay = o.weight_decay;
    if (adaptive) {
        optimizer.beta1 = o.beta1;
        optimizer.beta2 = o.beta2;
        optimizer.eps = o.eps;
        optimizer.amsgrad = o.amsgrad != 0;
    } else {
        optimizer.momentum = o.momentum;
        optimizer.dampening = o.dampening;
        optimizer.nesterov = o.nesterov != 0;
    }
    return optimizer;
}

bool label_fits(int32_t label, const mn::NetShape& net, const mn::LossOptions& loss) {
    return (label >= 0 && label < net.classes()) || label == loss.ignore_index;
}

mn::Samples checked_data(const mn_data* data, const mn_trainer& trainer) {
    require(data != nullptr, "data is NULL");
    require(data->count >= 0 && data->count <= INT32_MAX, "count must be between 0 and 2^31 - 1");
    require(data->count == 0 || (data->pixels && data->labels), "pixels or labels is NULL");
    require(data->type == MN_UINT8 || data->type == MN_FLOAT32_PIXELS, "type is not one of mn_pixel_type");
    require(std::isfinite(data->scale), "scale must be finite");
    require(data->type == MN_UINT8 || data->scale == 1, "scale must be 1 for float32 pixels");
    const mn::NetShape& net = trainer.options.net;
    if (data->features != net.features()) {
        refuse("the data has " + std::to_string(data->features) + " features a sample, but the net takes " +
               std::to_string(net.features()));
    }
    mn::Samples samples{data->pixels,
                        data->type == MN_UINT8 ? mn::PixelType::uint8 : mn::PixelType::float32,
                        data->scale,
                        data->labels,
                        data->count,
                        data->features};
    for (int64_t i = 0; i < samples.count; ++i) {
        if (!label_fits(samples.labels[i], net, trainer.options.loss)) {
            refuse("label " + std::to_string(samples.labels[i]) + " of sample " + std::to_string(i) +
                   " is neither a class (0 to " + std::to_string(net.classes() - 1) + ") nor ignore_index");
        }
    }
    return samples;
}

bool holds(const mn::OptimizerOptions& optimizer, mn::Slot slot) {
    switch (slot) {
    case mn::Slot::parameters: return true;
    case mn::Slot::first_moment: return optimizer.has_first_moment();
    case mn::Slot::second_moment: return optimizer.has_second_moment();
    case mn::Slot::max_second_moment: return optimizer.has_max_second_moment();
    }
    return false;
}

mn::Slot checked_slot(const mn_trainer& trainer, mn_slot slot, const void* values, int64_t count) {
    require(slot >= MN_PARAMETERS && slot <= MN_MAX_SECOND_MOMENT, "slot is not one of mn_slot");
    require(values != nullptr, "values is NULL");
    if (count != trainer.options.net.parameter_count()) {
        refuse("count is " + std::to_string(count) + ", but the net has " +
               std::to_string(trainer.options.net.parameter_count()) + " parameters");
    }
    if (!holds(trainer.options.optimizer, static_cast<mn::Slot>(slot))) {
        throw mn::Error(mn::Status::unsupported, "this optimizer keeps no such state");
    }
    return static_cast<mn::Slot>(slot);
}

void train_chunk(mn_trainer& trainer, const mn::Chunk& chunk, double* losses, int32_t* correct, int64_t* steps_done,
                 bool* diverged) {
    std::vector<mn::StepResult> results(static_cast<size_t>(chunk.steps()));
    const mn::ChunkResult done = trainer.backend->train(chunk, results);
    for (int64_t i = 0; i < done.steps_done; ++i) {
        losses[i] = results[static_cast<size_t>(i)].loss;
        correct[i] = results[static_cast<size_t>(i)].correct;
    }
    *steps_done = done.steps_done;
    *diverged = done.diverged;
}

mn_status model_logits(const mn_model* model, const void* pixels, mn::PixelType type, double scale, int64_t count,
                       float* logits) noexcept {
    return guarded([&]() -> mn_status {
        require(model != nullptr, "the model handle is NULL");
        require(count >= 0, "count must not be negative");
        require(count == 0 || (pixels && logits), "pixels or logits is NULL");
        require(std::isfinite(scale), "scale must be finite");
        if (count == 0) return MN_OK;
        model->predictor->logits({pixels, type, scale, nullptr, count, model->net.features()}, logits);
        return MN_OK;
    });
}

} // namespace

const char* mn_version(void) {
    return MN_VERSION;
}

const char* mn_last_error(void) {
    return last_error.c_str();
}

mn_status mn_get_cpu_info(mn_cpu_info* info) {
    return guarded([&]() -> mn_status {
        require(info != nullptr, "info is NULL");
        mn_cpu_info found{};
        copy_text(mn::cpu::isa_levels(), found.isa_levels, sizeof found.isa_levels);
        copy_text(mn::cpu::best_isa(), found.isa_best, sizeof found.isa_best);
        found.cores = mn::cpu::usable_cores();
        found.has_bf16 = mn::cpu::has_bf16();
        *info = found;
        return MN_OK;
    });
}

mn_status mn_get_gpu_count(int32_t* count, char* reason, size_t capacity) {
    return guarded([&]() -> mn_status {
        require(count != nullptr, "count is NULL");
        std::string why;
        *count = mn::cuda::device_count(&why);
        copy_text(why, reason, capacity);
        return MN_OK;
    });
}

mn_status mn_get_gpu_info(int32_t index, mn_gpu_info* info) {
    return guarded([&]() -> mn_status {
        require(info != nullptr, "info is NULL");
        std::string why;
        const int count = mn::cuda::device_count(&why);
        if (index < 0 || index >= count) {
            refuse("there is no GPU " + std::to_string(index) + (why.empty() ? "" : ": " + why));
        }
        const mn::cuda::DeviceInfo device = mn::cuda::device_info(index);
        mn_gpu_info found{};
        copy_text(device.name, found.name, sizeof found.name);
        found.total_memory = device.total_memory;
        found.free_memory = device.free_memory;
        found.compute_major = device.compute_major;
        found.compute_minor = device.compute_minor;
        found.multiprocessors = device.multiprocessors;
        found.driver_version = device.driver_version;
        found.runtime_version = device.runtime_version;
        *info = found;
        return MN_OK;
    });
}

void mn_options_defaults(mn_options* options) {
    if (!options) return;
    *options = mn_options{};
    options->beta1 = 0.9;
    options->beta2 = 0.999;
    options->eps = 1e-8;
    options->ignore_index = -100;
    options->reduction = MN_REDUCTION_MEAN;
}

int64_t mn_parameter_count(const int32_t* sizes, int32_t layer_count) {
    int64_t count = 0;
    guarded([&]() -> mn_status {
        count = checked_net(sizes, layer_count).parameter_count();
        return MN_OK;
    });
    return count;
}

mn_status mn_trainer_create(const mn_options* options, mn_trainer** trainer) {
    return guarded([&]() -> mn_status {
        require(options && trainer, "options or trainer is NULL");
        mn::TrainerOptions checked;
        checked.net = checked_net(options->sizes, options->layer_count);
        checked.placement = checked_placement(*options);
        checked.loss = checked_loss(options->class_weights, checked.net.classes(), options->ignore_index,
                                    options->label_smoothing, options->reduction);
        require(checked.loss.reduction != mn::Reduction::none, "training needs reduction mean or sum");
        checked.optimizer = checked_optimizer(*options);
        std::unique_ptr<mn::Backend> backend;
        switch (checked.placement.device) {
        case mn::DeviceKind::cpu: backend = mn::cpu::make_backend(checked); break;
        case mn::DeviceKind::cuda: backend = mn::cuda::make_backend(checked); break;
        case mn::DeviceKind::reference: backend = mn::reference::make_backend(checked); break;
        }
        auto made = std::make_unique<mn_trainer>(std::move(checked), std::move(backend));
        recount(*made);
        *trainer = made.release();
        return MN_OK;
    });
}

mn_status mn_trainer_destroy(mn_trainer* trainer) {
    if (!trainer) return MN_OK;
    return guarded([&]() -> mn_status {
        if (trainer->inside.test_and_set(std::memory_order_acquire)) {
            throw mn::Error(mn::Status::busy, "another thread is using this trainer: close it when that call has returned");
        }
        live_bytes -= trainer->counted_bytes;
        delete trainer;
        return MN_OK;
    });
}

mn_status mn_trainer_initialize(mn_trainer* trainer, uint64_t seed) {
    return on_trainer(trainer, [&](mn_trainer& t) -> mn_status {
        const std::vector<float> initial = mn::initial_parameters(t.options.net, seed);
        std::vector<double> values(initial.begin(), initial.end());
        t.backend->write(mn::Slot::parameters, values);
        std::fill(values.begin(), values.end(), 0.0);
        for (mn::Slot slot : {mn::Slot::first_moment, mn::Slot::second_moment, mn::Slot::max_second_moment}) {
            if (holds(t.options.optimizer, slot)) t.backend->write(slot, values);
        }
        t.backend->set_step(0);
        return MN_OK;
    });
}

mn_status mn_trainer_set_data(mn_trainer* trainer, const mn_data* data) {
    return on_trainer(trainer, [&](mn_trainer& t) -> mn_status {
        const mn::Samples samples = checked_data(data, t);
        t.backend->bind(samples);
        t.data = samples;
        recount(t);
        return MN_OK;
    });
}

mn_status mn_trainer_train(mn_trainer* trainer, const int32_t* order, int64_t first, int64_t samples,
                           int64_t batch_size, const double* learning_rates, double* losses, int32_t* correct,
                           int64_t* steps_done) {
    return on_trainer(trainer, [&](mn_trainer& t) -> mn_status {
        require(samples >= 1 && samples <= INT32_MAX, "samples must be between 1 and 2^31 - 1");
        require(batch_size >= 1 && batch_size <= INT32_MAX, "batch_size must be between 1 and 2^31 - 1");
        require(learning_rates && losses && correct && steps_done, "learning_rates, losses, correct or steps_done is NULL");
        require(t.data.count > 0, "there is no training data: call mn_trainer_set_data() first");
        if (!order && (first < 0 || first > t.data.count - samples)) {
            refuse("samples " + std::to_string(first) + " to " + std::to_string(first + samples - 1) +
                   " are not all in the training set of " + std::to_string(t.data.count));
        }
        for (int64_t i = 0; order && i < samples; ++i) {
            if (order[i] < 0 || order[i] >= t.data.count) {
                refuse("order[" + std::to_string(i) + "] is " + std::to_string(order[i]) + ", but the training set has " +
                       std::to_string(t.data.count) + " samples");
            }
        }
        const mn::Chunk chunk{order, first, samples, batch_size, learning_rates};
        for (int64_t i = 0; i < chunk.steps(); ++i) {
            require(std::isfinite(learning_rates[i]) && learning_rates[i] >= 0, "learning rates must be finite and not negative");
        }
        bool diverged = false;
        train_chunk(t, chunk, losses, correct, steps_done, &diverged);
        recount(t);
        if (diverged) {
            throw mn::Error(mn::Status::diverged, "the loss is not finite: lower the learning rate or scale the input");
        }
        return MN_OK;
    });
}

mn_status mn_trainer_evaluate(mn_trainer* trainer, const mn_data* data, int64_t first, int64_t count,
                              mn_evaluation* evaluation, int32_t* predictions) {
    return on_trainer(trainer, [&](mn_trainer& t) -> mn_status {
        require(evaluation != nullptr, "evaluation is NULL");
        const mn::Samples samples = checked_data(data, t);
        require(first >= 0 && count >= 0 && first <= samples.count - count, "first and count reach beyond the data");
        const mn::Evaluation sums = t.backend->evaluate(samples, first, count, predictions);
        *evaluation = {sums.loss_sum, sums.weight_sum, sums.correct, sums.counted};
        recount(t);
        return MN_OK;
    });
}

mn_status mn_trainer_read(mn_trainer* trainer, mn_slot slot, float* values, int64_t count) {
    return on_trainer(trainer, [&](mn_trainer& t) -> mn_status {
        const mn::Slot checked = checked_slot(t, slot, values, count);
        std::vector<double> wide(static_cast<size_t>(count));
        t.backend->read(checked, wide);
        std::transform(wide.begin(), wide.end(), values, [](double v) { return static_cast<float>(v); });
        return MN_OK;
    });
}

mn_status mn_trainer_write(mn_trainer* trainer, mn_slot slot, const float* values, int64_t count) {
    return on_trainer(trainer, [&](mn_trainer& t) -> mn_status {
        const mn::Slot checked = checked_slot(t, slot, values, count);
        const std::vector<double> wide(values, values + count);
        t.backend->write(checked, wide);
        return MN_OK;
    });
}

mn_status mn_trainer_get_step(mn_trainer* trainer, int64_t* step) {
    return on_trainer(trainer, [&](mn_trainer& t) -> mn_status {
        require(step != nullptr, "step is NULL");
        *step = t.backend->step();
        return MN_OK;
    });
}

mn_status mn_trainer_set_step(mn_trainer* trainer, int64_t step) {
    return on_trainer(trainer, [&](mn_trainer& t) -> mn_status {
        require(step >= 0, "step must not be negative");
        t.backend->set_step(step);
        return MN_OK;
    });
}

mn_status mn_trainer_describe(mn_trainer* trainer, char* text, size_t capacity) {
    return on_trainer(trainer, [&](mn_trainer& t) -> mn_status {
        require(text && capacity > 0, "text is NULL or has no room");
        copy_text(t.backend->describe(), text, capacity);
        return MN_OK;
    });
}

mn_status mn_model_create(const mn_options* options, const float* parameters, int64_t count, mn_model** model) {
    return guarded([&]() -> mn_status {
        require(options && parameters && model, "options, parameters or model is NULL");
        auto made = std::make_unique<mn_model>();
        made->net = checked_net(options->sizes, options->layer_count);
        const mn::Placement place = checked_placement(*options);
        if (count != made->net.parameter_count()) {
            refuse("count is " + std::to_string(count) + ", but the net has " +
                   std::to_string(made->net.parameter_count()) + " parameters");
        }
        const std::span<const float> values(parameters, static_cast<size_t>(count));
        switch (place.device) {
        case mn::DeviceKind::cpu: made->predictor = mn::cpu::make_predictor(made->net, place, values); break;
        case mn::DeviceKind::cuda: made->predictor = mn::cuda::make_predictor(made->net, place, values); break;
        case mn::DeviceKind::reference: made->predictor = mn::reference::make_predictor(made->net, place, values); break;
        }
        made->counted_bytes = made->predictor->bytes();
        live_bytes += made->counted_bytes;
        *model = made.release();
        return MN_OK;
    });
}

mn_status mn_model_destroy(mn_model* model) {
    if (!model) return MN_OK;
    return guarded([&]() -> mn_status {
        live_bytes -= model->counted_bytes;
        delete model;
        return MN_OK;
    });
}

mn_status mn_model_logits_f32(const mn_model* model, const float* pixels, int64_t count, float* logits) {
    return model_logits(model, pixels, mn::PixelType::float32, 1.0, count, logits);
}

mn_status mn_model_logits_u8(const mn_model* model, const uint8_t* pixels, double scale, int64_t count, float* logits) {
    return model_logits(model, pixels, mn::PixelType::uint8, scale, count, logits);
}

mn_status mn_cross_entropy(const double* logits, const int32_t* labels, int64_t count, int64_t classes,
                           const float* class_weights, int64_t ignore_index, double label_smoothing,
                           mn_reduction reduction, const double* upstream, double* losses, double* gradient) {
    return guarded([&]() -> mn_status {
        require(count >= 0 && classes >= 1, "count must not be negative and classes must be at least 1");
        require(count == 0 || (logits && labels), "logits or labels is NULL");
        const mn::LossOptions loss = checked_loss(class_weights, classes, ignore_index, label_smoothing, reduction);
        for (int64_t i = 0; i < count; ++i) {
            if ((labels[i] < 0 || labels[i] >= classes) && labels[i] != ignore_index) {
                refuse("label " + std::to_string(labels[i]) + " of sample " + std::to_string(i) +
                       " is neither a class (0 to " + std::to_string(classes - 1) + ") nor ignore_index");
            }
        }
        mn::reference::cross_entropy(logits, labels, count, classes, loss, upstream, losses, gradient);
        return MN_OK;
    });
}

int64_t mn_native_bytes(void) {
    return live_bytes;
}

int64_t mn_trainer_bytes(const mn_trainer* trainer) {
    return trainer ? trainer->counted_bytes : 0;
}

int64_t mn_model_bytes(const mn_model* model) {
    return model ? model->counted_bytes : 0;
}
