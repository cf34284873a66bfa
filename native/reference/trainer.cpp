// The reference floor: the rooms put together. One thread, plain loops, double precision.
#include "floor/floor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "net/error.h"
#include "reference/backward.h"
#include "reference/forward.h"
#include "reference/loss.h"
#include "reference/update.h"

namespace mn::reference {

namespace {

constexpr const char* kDescription = "reference: 1 thread, plain loops in double precision";

// Rows that an evaluation or prediction pushes through the net at once.
constexpr int64_t kBlock = 256;

// Widens one sample to double. What a backend sees of a byte is a float32; so it is here.
void load_sample(const Data& samples, int64_t index, double* row) {
    const int64_t offset = index * samples.features;
    if (samples.type == PixelType::uint8) {
        const uint8_t* bytes = static_cast<const uint8_t*>(samples.pixels) + offset;
        for (int64_t i = 0; i < samples.features; ++i)
            row[i] = static_cast<double>(samples.value_of_byte(bytes[i]));
    } else {
        const float* values = static_cast<const float*>(samples.pixels) + offset;
        std::copy_n(values, samples.features, row);
    }
}

// Loads samples [first, first + rows) and runs them through the net.
void forward_block(const Net& net, std::span<const double> parameters, const Data& samples, int64_t first, int64_t rows,
                   Activations& activations) {
    activations.resize(net, rows);
    for (int64_t r = 0; r < rows; ++r) {
        load_sample(samples, first + r, activations.input().data() + r * net.features());
    }
    forward(net, parameters, rows, activations);
}

// Puts parameters and optimizer state back when a chunk ends early: by divergence or by an exception.
class Rollback {
  public:
    Rollback(std::vector<double>& parameters, OptimizerState& state)
        : parameters_(parameters), state_(state), saved_parameters_(parameters), saved_state_(state) {}
    Rollback(const Rollback&) = delete;
    Rollback& operator=(const Rollback&) = delete;
    ~Rollback() {
        if (kept_)
            return;
        parameters_.swap(saved_parameters_);
        std::swap(state_, saved_state_);
    }
    void keep_changes() { kept_ = true; }

  private:
    std::vector<double>& parameters_;
    OptimizerState& state_;
    std::vector<double> saved_parameters_;
    OptimizerState saved_state_;
    bool kept_ = false;
};

class ReferenceTrainer final : public Trainer {
  public:
    explicit ReferenceTrainer(const TrainerOptions& options)
        : options_(options), parameters_(static_cast<size_t>(options.net.parameter_count())),
          gradient_(parameters_.size()), state_(options.optimizer, options.net.parameter_count()) {}

    void bind(const Data& training) override { training_ = training; }

    ChunkResult train(const Chunk& chunk, std::span<StepResult> results) override {
        Rollback rollback(parameters_, state_);
        for (int64_t step = 0; step < chunk.steps(); ++step) {
            if (!train_step(chunk, step, results[static_cast<size_t>(step)]))
                return {step, true};
        }
        rollback.keep_changes();
        return {chunk.steps(), false};
    }

    Evaluation evaluate(const Data& samples, int64_t first, int64_t count, int32_t* predictions) override {
        Evaluation sums;
        LossOptions each = options_.loss;
        each.reduction = Reduction::sum;
        for (int64_t done = 0; done < count; done += kBlock) {
            const int64_t rows = std::min(kBlock, count - done);
            const int32_t* labels = samples.labels + first + done;
            forward_block(options_.net, parameters_, samples, first + done, rows, activations_);
            const double* logits = activations_.logits().data();
            double loss = 0;
            cross_entropy(logits, labels, rows, options_.net.classes(), each, nullptr, &loss, nullptr);
            sums.loss_sum += loss;
            sums.weight_sum += weight_sum(labels, rows, each);
            sums.counted += count_labels(labels, rows);
            sums.correct += count_correct(logits, labels, rows, predictions ? predictions + done : nullptr);
        }
        return sums;
    }

    void read(Slot slot, std::span<double> values) const override {
        const std::vector<double>& from = const_cast<ReferenceTrainer*>(this)->vector_of(slot);
        std::copy(from.begin(), from.end(), values.begin());
    }

    void write(Slot slot, std::span<const double> values) override {
        std::copy(values.begin(), values.end(), vector_of(slot).begin());
    }

    int64_t step() const override { return state_.step; }
    void set_step(int64_t step) override { state_.step = step; }

    int64_t bytes() const override {
        const size_t flat = parameters_.capacity() + gradient_.capacity() + delta_.capacity();
        return static_cast<int64_t>(flat * sizeof(double)) + state_.bytes() + activations_.bytes();
    }

    std::string describe() const override { return kDescription; }

  private:
    // False if the loss is not finite; nothing is updated then.
    bool train_step(const Chunk& chunk, int64_t step, StepResult& result) {
        const Net& net = options_.net;
        const int64_t rows = chunk.rows(step);
        gather(chunk, step, rows);
        forward(net, parameters_, rows, activations_);
        delta_.resize(static_cast<size_t>(rows * net.classes()));
        const double* logits = activations_.logits().data();
        cross_entropy(logits, labels_.data(), rows, net.classes(), options_.loss, nullptr, &result.loss, delta_.data());
        if (!std::isfinite(result.loss) && count_labels(labels_.data(), rows) > 0)
            return false;
        result.correct = static_cast<int32_t>(count_correct(logits, labels_.data(), rows, nullptr));
        backward(net, parameters_, rows, activations_, delta_, gradient_);
        update(options_.optimizer, chunk.learning_rates[step], gradient_, parameters_, state_);
        return true;
    }

    void gather(const Chunk& chunk, int64_t step, int64_t rows) {
        activations_.resize(options_.net, rows);
        labels_.resize(static_cast<size_t>(rows));
        for (int64_t r = 0; r < rows; ++r) {
            const int64_t sample = chunk.sample(step * chunk.batch_size + r);
            load_sample(training_, sample, activations_.input().data() + r * options_.net.features());
            labels_[static_cast<size_t>(r)] = training_.labels[sample];
        }
    }

    int64_t count_labels(const int32_t* labels, int64_t rows) const {
        return rows - std::count_if(labels, labels + rows, [&](int32_t l) { return l == options_.loss.ignore_index; });
    }

    int64_t count_correct(const double* logits, const int32_t* labels, int64_t rows, int32_t* predictions) const {
        int64_t correct = 0;
        for (int64_t r = 0; r < rows; ++r) {
            const int32_t predicted = first_largest(logits + r * options_.net.classes(), options_.net.classes());
            if (predictions)
                predictions[r] = predicted;
            correct += labels[r] != options_.loss.ignore_index && labels[r] == predicted;
        }
        return correct;
    }

    std::vector<double>& vector_of(Slot slot) {
        switch (slot) {
        case Slot::parameters:
            return parameters_;
        case Slot::first_moment:
            return state_.first_moment;
        case Slot::second_moment:
            return state_.second_moment;
        case Slot::max_second_moment:
            return state_.max_second_moment;
        }
        throw Error(Status::internal, "unknown slot of the reference backend");
    }

    TrainerOptions options_;
    Data training_;
    std::vector<double> parameters_, gradient_, delta_;
    std::vector<int32_t> labels_;
    OptimizerState state_;
    Activations activations_;
};

class ReferenceModel final : public Model {
  public:
    ReferenceModel(const Net& net, std::span<const float> parameters)
        : net_(net), parameters_(parameters.begin(), parameters.end()) {}

    // Every call has its own activations, so that threads don't meet.
    void logits(const Data& samples, float* logits) const override {
        Activations activations;
        for (int64_t done = 0; done < samples.count; done += kBlock) {
            const int64_t rows = std::min(kBlock, samples.count - done);
            forward_block(net_, parameters_, samples, done, rows, activations);
            std::transform(activations.logits().begin(), activations.logits().end(), logits + done * net_.classes(),
                           [](double v) { return static_cast<float>(v); });
        }
    }

    int64_t bytes() const override { return static_cast<int64_t>(parameters_.capacity() * sizeof(double)); }
    std::string describe() const override { return kDescription; }

  private:
    Net net_;
    std::vector<double> parameters_;
};

} // namespace

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options) {
    return std::make_unique<ReferenceTrainer>(options);
}

std::unique_ptr<Model> make_model(const Net& net, const Placement&, std::span<const float> parameters) {
    return std::make_unique<ReferenceModel>(net, parameters);
}

} // namespace mn::reference
