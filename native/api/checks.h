// Every argument that crosses the C ABI is checked here, once; the floors below rely on it. A refusal is an mn::Error
// whose message names the argument. Enums come by reference: a C caller may have put any number there, and reading it
// as the enum is undefined (checks.cpp reads the number).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "floor/floor.h"
#include "mnist_native.h"

namespace mn::api {

[[noreturn]] void refuse(const std::string& message);
[[noreturn]] void refuse_unsupported(const std::string& message);
void require(bool ok, const char* message);

Net checked_net(const mn_net* net);
// Null: the defaults.
Placement checked_placement(const mn_placement* placement);
OptimizerOptions checked_optimizer(const mn_optimizer_options* options);
LossOptions checked_loss(const mn_loss_options* options, int64_t outputs);
// All of it, for training; refuses a net that the machine has no memory for.
TrainerOptions checked_trainer(const mn_net* net, const mn_placement* placement, const mn_optimizer_options* optimizer,
                               const mn_loss_options* loss);

// Shape, type and scale; what the loss compares with is there, but not looked at.
Data checked_data(const mn_data* data, const Net& net, LossKind loss);
// Pixels without labels.
Data checked_pixels(const void* pixels, PixelType type, double scale, int64_t count, const Net& net);
// Labels [first, first + count) of `labels`.
void check_labels(const int32_t* labels, int64_t first, int64_t count, int64_t classes, int64_t ignore_index);
// Labels or targets, and weights, of samples [first, first + count).
void check_samples(const Data& data, int64_t first, int64_t count, const Net& net, const LossOptions& loss);
// The data of an evaluation of samples [first, first + count), which are checked. predictions: whether they are asked
// for.
Data checked_evaluation(const mn_data* data, int64_t first, int64_t count, const Net& net, const LossOptions& loss,
                        bool predictions);

// Against the training set of `available` samples; learning rates and memory for the batch included.
Chunk checked_chunk(const mn_chunk* chunk, int64_t available);

Slot checked_slot(const TrainerOptions& options, const mn_slot& slot, const void* values, int64_t count);
void check_parameter_count(const Net& net, int64_t count);

// As much of text as fits, NUL-terminated; nothing without room.
void copy_text(const std::string& text, char* out, size_t capacity);

} // namespace mn::api
