// What a trainer is made of: the net's shape, the loss, the optimizer. Plain values, checked once at the door (api/).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mn {

// Widths of the net: sizes[0] inputs, then each layer's outputs; the last are the classes. ReLU between layers.
struct NetShape {
    std::vector<int32_t> sizes;

    int layers() const { return static_cast<int>(sizes.size()) - 1; }
    int64_t fan_in(int layer) const { return sizes[static_cast<size_t>(layer)]; }
    int64_t fan_out(int layer) const { return sizes[static_cast<size_t>(layer) + 1]; }
    int64_t features() const { return sizes.front(); }
    int64_t classes() const { return sizes.back(); }

    // Length of the flat parameter vector: for each layer weight [fan_out, fan_in], then bias [fan_out].
    int64_t parameter_count() const;
    // Where layer's weight and bias begin in that vector.
    int64_t weight_offset(int layer) const;
    int64_t bias_offset(int layer) const { return weight_offset(layer) + fan_in(layer) * fan_out(layer); }
};

enum class Reduction { none, mean, sum };

// torch.nn.CrossEntropyLoss
struct LossOptions {
    std::vector<float> class_weights; // [classes] or empty
    int64_t ignore_index = -100;
    double label_smoothing = 0;
    Reduction reduction = Reduction::mean;

    double weight_of(int64_t label) const {
        return class_weights.empty() ? 1.0 : static_cast<double>(class_weights[static_cast<size_t>(label)]);
    }
};

enum class OptimizerKind { adam, adamw, sgd };

// torch.optim.Adam, AdamW, SGD; the learning rate comes with each step.
struct OptimizerOptions {
    OptimizerKind kind = OptimizerKind::adam;
    double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
    bool amsgrad = false;
    double weight_decay = 0;
    double momentum = 0, dampening = 0;
    bool nesterov = false;

    bool adaptive() const { return kind != OptimizerKind::sgd; }
    bool has_first_moment() const { return adaptive() || momentum != 0; }
    bool has_second_moment() const { return adaptive(); }
    bool has_max_second_moment() const { return adaptive() && amsgrad; }
};

enum class DeviceKind { cpu, cuda, reference };
enum class Precision { float32, bf16, tf32 };

struct Placement {
    DeviceKind device = DeviceKind::cpu;
    int device_index = 0;
    Precision precision = Precision::float32;
    int threads = 0; // 0 = all cores
    std::string isa; // "" = best
};

struct TrainerOptions {
    NetShape net;
    LossOptions loss;
    OptimizerOptions optimizer;
    Placement placement;
};

} // namespace mn
