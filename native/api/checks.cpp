#include "api/checks.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>

#include "api/floors.h"
#include "api/structs.h"
#include "net/error.h"

namespace mn::api {

static_assert(static_cast<int>(ActivationKind::silu) == MN_ACTIVATION_SILU);
static_assert(static_cast<int>(Slot::max_second_moment) == MN_SLOT_MAX_SECOND_MOMENT);
static_assert(static_cast<int>(Reduction::sum) == MN_REDUCTION_SUM);
static_assert(static_cast<int>(kLastLoss) == MN_LOSS_HUBER);
static_assert(static_cast<int>(kLastOptimizer) == MN_OPTIMIZER_SGD);
static_assert(static_cast<int>(DeviceKind::reference) == MN_DEVICE_REFERENCE);
static_assert(static_cast<int>(kLastPrecision) == MN_PRECISION_INT8);
static_assert(static_cast<int>(PixelType::float32) == MN_PIXEL_FLOAT32);

namespace {

constexpr int64_t kMaxCount = INT32_MAX;

// A C caller can put any number into an enum; reading one outside its range as the enum is undefined in C++.
template <typename To, typename From>
To checked_enum(const From& value, To last, const char* message) {
    static_assert(sizeof(From) == sizeof(int));
    int number;
    std::memcpy(&number, &value, sizeof number);
    require(number >= 0 && number <= static_cast<int>(last), message);
    return static_cast<To>(number);
}

bool checked_flag(int32_t value, const char* message) {
    require(value == 0 || value == 1, message);
    return value == 1;
}

bool finite_not_negative(double value) {
    return std::isfinite(value) && value >= 0;
}

bool aligned(const void* pointer, size_t alignment) {
    return reinterpret_cast<uintptr_t>(pointer) % alignment == 0;
}

std::string indexed(const char* name, int64_t index) {
    return std::string(name) + "[" + std::to_string(index) + "]";
}

OptimizerOptions checked_adam(const mn_optimizer_options& o, OptimizerOptions optimizer) {
    require(o.beta1 >= 0 && o.beta1 < 1, "beta1 must be in [0, 1)");
    require(o.beta2 >= 0 && o.beta2 < 1, "beta2 must be in [0, 1)");
    require(finite_not_negative(o.eps), "eps must be finite and not negative");
    optimizer.beta1 = o.beta1;
    optimizer.beta2 = o.beta2;
    optimizer.eps = o.eps;
    optimizer.amsgrad = checked_flag(o.amsgrad, "amsgrad must be 0 or 1");
    return optimizer;
}

OptimizerOptions checked_sgd(const mn_optimizer_options& o, OptimizerOptions optimizer) {
    require(finite_not_negative(o.momentum), "momentum must be finite and not negative");
    require(std::isfinite(o.dampening), "dampening must be finite");
    optimizer.momentum = o.momentum;
    optimizer.dampening = o.dampening;
    optimizer.nesterov = checked_flag(o.nesterov, "nesterov must be 0 or 1");
    require(!optimizer.nesterov || (o.momentum > 0 && o.dampening == 0),
            "nesterov needs a momentum above 0 and a dampening of 0");
    return optimizer;
}

Activation checked_activation(const mn_net& net, int64_t layer, ActivationKind kind) {
    const Activation activation(kind);
    if (!net.activation_parameters || activation.parameter == 0)
        return activation;
    const double parameter = net.activation_parameters[layer];
    if (!(std::fabs(parameter) <= FLT_MAX))
        refuse(indexed("activation_parameters", layer) + " must be finite, as a float32, too");
    return {kind, parameter};
}

std::vector<float> checked_weights(const char* name, const float* weights, int64_t count) {
    if (!weights)
        return {};
    for (int64_t i = 0; i < count; ++i) {
        if (!finite_not_negative(static_cast<double>(weights[i]))) {
            refuse(indexed(name, i) + " is " + std::to_string(weights[i]) + ", but must be finite and not negative");
        }
    }
    return {weights, weights + count};
}

// What only other kinds have.
void check_unused(const mn_loss_options& l, LossKind kind) {
    if (takes_targets(kind)) {
        require(!l.class_weights,
                "class_weights are cross-entropy's alone: leave it NULL for a loss that takes targets");
        require(l.label_smoothing == 0,
                "label_smoothing is cross-entropy's alone: leave it at 0 for a loss that takes targets");
    }
    require(kind == LossKind::bce || !l.pos_weight, "pos_weight is the binary cross-entropy's alone: leave it NULL");
    require(has_parameter(kind) || l.parameter == 0,
            "parameter is smooth L1's beta and Huber's delta: leave it at 0 for other losses");
}

// Whether it holds for every value; it vectorises, since there may be many.
template <class Fits>
bool all_fit(const float* values, int64_t count, Fits fits) {
    int64_t misfits = 0;
    for (int64_t i = 0; i < count; ++i)
        misfits += !fits(values[i]);
    return misfits == 0;
}

void check_targets(const Data& data, int64_t first, int64_t count, bool probabilities) {
    const auto fits = [low = probabilities ? 0 : -FLT_MAX, high = probabilities ? 1 : FLT_MAX](float value) {
        return value >= low && value <= high;
    };
    for (int64_t sample = first; sample < first + count; ++sample) {
        const float* targets = data.targets_of(sample);
        if (all_fit(targets, data.outputs, fits))
            continue;
        const int64_t output = std::find_if_not(targets, targets + data.outputs, fits) - targets;
        refuse(indexed("targets", sample) + indexed("", output) + " is " + std::to_string(targets[output]) +
               ", but must be " + (probabilities ? "between 0 and 1 for the binary cross-entropy" : "finite"));
    }
}

void check_sample_weights(const float* weights, int64_t first, int64_t count) {
    const auto fits = [](float weight) { return weight >= 0 && weight <= FLT_MAX; };
    if (all_fit(weights + first, count, fits))
        return;
    const int64_t sample = std::find_if_not(weights + first, weights + first + count, fits) - weights;
    refuse(indexed("sample_weights", sample) + " is " + std::to_string(weights[sample]) +
           ", but must be finite and not negative");
}

std::vector<Activation> checked_activations(const mn_net& net) {
    std::vector<Activation> activations;
    for (int64_t i = 0; net.activations && i + 1 < net.layer_count; ++i) {
        if (net.activations[i] < 0 || net.activations[i] > static_cast<int32_t>(kLastActivation)) {
            refuse(indexed("activations", i) + " is " + std::to_string(net.activations[i]) +
                   ", which is not one of mn_activation");
        }
        activations.push_back(checked_activation(net, i, static_cast<ActivationKind>(net.activations[i])));
    }
    return activations;
}

} // namespace

void refuse(const std::string& message) {
    throw Error(Status::invalid_argument, message);
}

void refuse_unsupported(const std::string& message) {
    throw Error(Status::unsupported, message);
}

void require(bool ok, const char* message) {
    if (!ok)
        refuse(message);
}

Net checked_net(const mn_net* given) {
    const mn_net n = known(given);
    require(n.sizes != nullptr, "sizes is NULL");
    require(n.layer_count >= 1 && n.layer_count <= 1000, "layer_count must be between 1 and 1000");
    Net net;
    net.sizes.assign(n.sizes, n.sizes + n.layer_count + 1);
    for (int l = 0; l <= n.layer_count; ++l) {
        if (n.sizes[l] < 1)
            refuse(indexed("sizes", l) + " is " + std::to_string(n.sizes[l]) + ", but must be at least 1");
    }
    double parameters = 0; // a double, which cannot overflow
    for (int l = 0; l < net.layers(); ++l) {
        parameters += (static_cast<double>(net.fan_in(l)) + 1) * static_cast<double>(net.fan_out(l));
    }
    require(parameters <= INT32_MAX, "sizes make a net of more than 2^31 - 1 parameters: use narrower layers");
    net.activations = checked_activations(n);
    require(n.input_dropout >= 0 && n.input_dropout < 1, "input_dropout must be in [0, 1)");
    require(n.hidden_dropout >= 0 && n.hidden_dropout < 1, "hidden_dropout must be in [0, 1)");
    net.input_dropout = n.input_dropout;
    net.hidden_dropout = n.hidden_dropout;
    return net;
}

Placement checked_placement(const mn_placement* given) {
    if (!given)
        return {};
    const mn_placement p = known(given);
    Placement place;
    place.device = checked_enum(p.device, DeviceKind::reference, "device is not one of mn_device");
    place.precision = checked_enum(p.precision, kLastPrecision, "precision is not one of mn_precision");
    require(p.device_index >= 0, "device_index must not be negative");
    require(p.threads >= 0 && p.threads <= 1024, "threads must be between 0 and 1024");
    place.device_index = p.device_index;
    place.threads = p.threads;
    place.isa = p.isa && std::strcmp(p.isa, "auto") != 0 ? p.isa : "";
    floor_for(place);
    return place;
}

OptimizerOptions checked_optimizer(const mn_optimizer_options* given) {
    OptimizerOptions optimizer;
    if (!given)
        return optimizer;
    const mn_optimizer_options o = known(given);
    optimizer.kind = checked_enum(o.kind, kLastOptimizer, "kind: the optimizer is not one of mn_optimizer");
    require(finite_not_negative(o.weight_decay), "weight_decay must be finite and not negative");
    optimizer.weight_decay = o.weight_decay;
    return optimizer.kind == OptimizerKind::sgd ? checked_sgd(o, optimizer) : checked_adam(o, optimizer);
}

LossOptions checked_loss(const mn_loss_options* given, int64_t outputs) {
    LossOptions loss;
    if (!given)
        return loss;
    const mn_loss_options l = known(given);
    loss.kind = checked_enum(l.kind, kLastLoss, "kind: the loss is not one of mn_loss");
    loss.reduction = checked_enum(l.reduction, Reduction::sum, "reduction is not one of mn_reduction");
    check_unused(l, loss.kind);
    require(l.label_smoothing >= 0 && l.label_smoothing <= 1, "label_smoothing must be between 0 and 1");
    loss.ignore_index = l.ignore_index;
    loss.label_smoothing = l.label_smoothing;
    loss.class_weights = checked_weights("class_weights", l.class_weights, outputs);
    loss.pos_weight = checked_weights("pos_weight", l.pos_weight, outputs);
    require(finite_not_negative(l.parameter), "parameter must be finite and above 0, or 0 for the default");
    if (l.parameter != 0)
        loss.parameter = l.parameter;
    return loss;
}

TrainerOptions checked_trainer(const mn_net* net, const mn_placement* placement, const mn_optimizer_options* optimizer,
                               const mn_loss_options* loss) {
    TrainerOptions checked;
    checked.net = checked_net(net);
    checked.placement = checked_placement(placement);
    checked.loss = checked_loss(loss, checked.net.classes());
    require(checked.loss.reduction != Reduction::none, "reduction must be mean or sum: training needs a scalar");
    checked.optimizer = checked_optimizer(optimizer);
    return checked;
}

void check_labels(const int32_t* labels, int64_t first, int64_t count, int64_t classes, int64_t ignore_index) {
    for (int64_t i = first; i < first + count; ++i) {
        if ((labels[i] < 0 || labels[i] >= classes) && labels[i] != ignore_index) {
            refuse(indexed("labels", i) + " is " + std::to_string(labels[i]) + ", which is neither a class (0 to " +
                   std::to_string(classes - 1) + ") nor ignore_index (" + std::to_string(ignore_index) + ")");
        }
    }
}

Data checked_pixels(const void* pixels, PixelType type, double scale, int64_t count, const Net& net) {
    require(count >= 0 && count <= kMaxCount, "count must be between 0 and 2^31 - 1");
    require(count == 0 || pixels, "pixels is NULL");
    if (type == PixelType::uint8) {
        require(std::abs(scale) * 255 <= FLT_MAX, "scale must be finite, and 255 times it a float32");
    } else {
        require(scale == 1, "scale must be 1 for float32 pixels");
        require(aligned(pixels, alignof(float)), "pixels is not aligned to 4 bytes");
    }
    Data samples;
    samples.pixels = pixels;
    samples.type = type;
    samples.scale = scale;
    samples.count = count;
    samples.features = net.features();
    return samples;
}

Data checked_data(const mn_data* given, const Net& net, LossKind loss) {
    const mn_data data = known(given);
    if (data.features != net.features()) {
        refuse("features is " + std::to_string(data.features) + ", but the net takes " +
               std::to_string(net.features()));
    }
    const PixelType type = checked_enum(data.type, PixelType::float32, "type is not one of mn_pixel_type");
    Data samples = checked_pixels(data.pixels, type, data.scale, data.count, net);
    if (takes_targets(loss)) { // labels beside them must not decide anything, not even the order of sums
        require(data.count == 0 || data.targets, "targets is NULL, but the loss takes targets");
        require(aligned(data.targets, alignof(float)), "targets is not aligned to 4 bytes");
        samples.targets = data.targets;
        samples.outputs = net.classes();
    } else {
        require(data.count == 0 || data.labels, "labels is NULL");
        require(aligned(data.labels, alignof(int32_t)), "labels is not aligned to 4 bytes");
        samples.labels = data.labels;
    }
    require(aligned(data.sample_weights, alignof(float)), "sample_weights is not aligned to 4 bytes");
    samples.sample_weights = data.sample_weights;
    return samples;
}

void check_samples(const Data& data, int64_t first, int64_t count, const Net& net, const LossOptions& loss) {
    if (takes_targets(loss.kind)) {
        check_targets(data, first, count, loss.kind == LossKind::bce);
    } else {
        check_labels(data.labels, first, count, net.classes(), loss.ignore_index);
    }
    if (data.sample_weights)
        check_sample_weights(data.sample_weights, first, count);
}

Data checked_evaluation(const mn_data* data, int64_t first, int64_t count, const Net& net, const LossOptions& loss,
                        bool predictions) {
    const Data samples = checked_data(data, net, loss.kind);
    require(first >= 0 && count >= 0 && first <= samples.count - count, "first and count reach outside the data");
    require(!predictions || !takes_targets(loss.kind),
            "predictions: there are no classes under a loss that takes targets, give NULL");
    check_samples(samples, first, count, net, loss);
    return samples;
}

Chunk checked_chunk(const mn_chunk* given, int64_t available) {
    const mn_chunk c = known(given);
    const Chunk chunk{c.order, c.first, c.samples, c.batch_size, c.learning_rates, c.seed};
    require(available > 0, "data: there is no training set, call mn_trainer_set_data() first");
    require(chunk.samples >= 1 && chunk.samples <= kMaxCount, "samples must be between 1 and 2^31 - 1");
    require(chunk.batch_size >= 1 && chunk.batch_size <= kMaxCount, "batch_size must be between 1 and 2^31 - 1");
    require(chunk.learning_rates != nullptr, "learning_rates is NULL");
    if (!chunk.order && (chunk.first < 0 || chunk.first > available - chunk.samples)) {
        refuse("first is " + std::to_string(chunk.first) + " and samples " + std::to_string(chunk.samples) +
               ", which reaches outside the training set of " + std::to_string(available));
    }
    for (int64_t i = 0; chunk.order && i < chunk.samples; ++i) {
        if (chunk.order[i] < 0 || chunk.order[i] >= available) {
            refuse(indexed("order", i) + " is " + std::to_string(chunk.order[i]) + ", but the training set has " +
                   std::to_string(available) + " samples");
        }
    }
    for (int64_t i = 0; i < chunk.steps(); ++i) {
        if (!finite_not_negative(chunk.learning_rates[i])) {
            refuse(indexed("learning_rates", i) + " is " + std::to_string(chunk.learning_rates[i]) +
                   ", but must be finite and not negative");
        }
    }
    return chunk;
}

Slot checked_slot(const TrainerOptions& options, const mn_slot& slot, const void* values, int64_t count) {
    const Slot checked = checked_enum(slot, Slot::max_second_moment, "slot is not one of mn_slot");
    require(values != nullptr, "values is NULL");
    check_parameter_count(options.net, count);
    if (!keeps(options.optimizer, checked)) {
        throw Error(Status::unsupported, "slot: this optimizer keeps no such state");
    }
    return checked;
}

void check_parameter_count(const Net& net, int64_t count) {
    if (count != net.parameter_count()) {
        refuse("count is " + std::to_string(count) + ", but the net has " + std::to_string(net.parameter_count()) +
               " parameters");
    }
}

void copy_text(const std::string& text, char* out, size_t capacity) {
    if (!out || capacity == 0)
        return;
    const size_t length = std::min(text.size(), capacity - 1);
    std::memcpy(out, text.data(), length);
    out[length] = '\0';
}

} // namespace mn::api
