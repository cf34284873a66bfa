// The C ABI with arguments of a fuzzer's choice, wrong ones included: a net, its data and a handful of calls. Every
// call ends with a status and, if that is not MN_OK, a sentence; nothing is left at the end. What the header makes the
// caller's duty is kept: arrays are as long as their counts say, unless a count is to be refused before it is used.
#include "fuzz/api_fuzz.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "fuzz/draw.h"
#include "mnist_native.h"
#include "net/activation.h"
#include "net/loss.h"
#include "net/optimizer.h"

namespace mn::test {

namespace {

constexpr int kMaxCalls = 12;
constexpr int64_t kMaxParameters = 1 << 16; // more only takes time
constexpr int64_t kMaxSamples = 64;

void demand(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "it does not hold that %s\n", what);
        std::abort();
    }
}

mn_status checked(mn_status status) {
    demand(status >= MN_OK && status <= MN_DIVERGED, "the status is one of the caller's, and not MN_INTERNAL");
    demand(status == MN_OK || mn_last_error()[0] != '\0', "a failure has a message");
    return status;
}

// Samples that belong together, in memory of exactly their size, so that a sanitizer sees a step beyond.
struct Set {
    std::vector<float> floats;
    std::vector<uint8_t> bytes;
    std::vector<int32_t> labels;
    std::vector<float> targets, weights;
    mn_data data{};

    Set(Draw& draw, int64_t features, int64_t classes) {
        const int64_t count = draw.between(1, kMaxSamples);
        const bool as_bytes = draw.raw<uint8_t>() % 2 == 0;
        if (as_bytes)
            bytes = draw.numbers<uint8_t>(count * features, 0, 255);
        else
            floats = draw.floats(count * features);
        labels = draw.numbers<int32_t>(count, 0, classes - 1);
        data.pixels = as_bytes ? static_cast<const void*>(bytes.data()) : floats.data();
        data.size = draw.size_of(data);
        draw.put(data.type, MN_PIXEL_UINT8);
        if (!as_bytes)
            data.type = MN_PIXEL_FLOAT32;
        else if (const mn_pixel_type floats_type = MN_PIXEL_FLOAT32;
                 !std::memcmp(&data.type, &floats_type, sizeof data.type))
            data.type = MN_PIXEL_UINT8; // else bytes would be read beyond their end
        data.scale = draw.mostly(as_bytes ? 1.0 / 255 : 1.0);
        data.labels = draw.odd() ? nullptr : labels.data();
        targets.assign(static_cast<size_t>(count * classes), draw.mostly(0.5f));
        data.targets = draw.odd() ? nullptr : targets.data();
        weights.assign(static_cast<size_t>(count), draw.mostly(2.0f));
        data.sample_weights = draw.raw<uint8_t>() % 2 == 0 ? nullptr : weights.data();
        data.count = draw.count(count);
        data.features = draw.odd() ? draw.between(-1, 100) : features;
        if (data.features != features) // to be refused before a pixel is read
            data.count = std::min<int64_t>(data.count, 1);
    }
};

class Session {
  public:
    explicit Session(Draw& draw) : draw_(draw) {
        layers_ = draw.between(1, 3);
        for (int64_t l = 0; l <= layers_; ++l)
            sizes_.push_back(static_cast<int32_t>(draw.odd() ? draw.raw<int32_t>() : draw.between(1, 24)));
        fill_options();
    }

    ~Session() {
        demand(mn_trainer_destroy(trainer_) == MN_OK, "a trainer is destroyed");
        demand(mn_model_destroy(model_) == MN_OK, "a model is destroyed");
        demand(mn_native_bytes() == 0, "no native memory is left");
    }

    void go() {
        parameters_ = mn_parameter_count(&net_);
        demand(parameters_ >= 0, "a count of parameters is not negative");
        if (parameters_ > kMaxParameters)
            return;
        if (checked(mn_trainer_create(&net_, or_null(placement_), or_null(optimizer_), or_null(loss_), &trainer_)) !=
            MN_OK) {
            demand(trainer_ == nullptr, "the output is as it was");
            return;
        }
        for (int i = 0; i < kMaxCalls && !draw_.empty(); ++i)
            call(draw_.raw<uint8_t>() % 12);
    }

  private:
    template <class Struct>
    const Struct* or_null(const Struct& given) {
        return draw_.odd() ? nullptr : &given;
    }

    void fill_options() {
        net_.size = draw_.size_of(net_);
        net_.sizes = draw_.odd() ? nullptr : sizes_.data();
        net_.layer_count = draw_.odd() ? -static_cast<int32_t>(layers_) : static_cast<int32_t>(layers_);
        activations_ = draw_.numbers<int32_t>(layers_, 0, static_cast<int32_t>(kLastActivation));
        net_.activations = draw_.raw<uint8_t>() % 2 == 0 ? activations_.data() : nullptr;
        net_.hidden_dropout = draw_.mostly(0.0);
        fill_placement();
        fill_optimizer();
        fill_loss();
    }

    void fill_placement() {
        constexpr const char* kIsas[] = {nullptr, "auto", "sse4", "avx2", "avx3", "none such", ""};
        mn_placement_defaults(&placement_, sizeof placement_);
        draw_.put(placement_.device, draw_.raw<uint8_t>() % 2 == 0 ? MN_DEVICE_CPU : MN_DEVICE_REFERENCE);
        draw_.put(placement_.precision, draw_.raw<uint8_t>() % 4 == 0 ? MN_PRECISION_BF16 : MN_PRECISION_FLOAT32);
        placement_.threads = draw_.odd() ? -1 : static_cast<int32_t>(draw_.between(1, 2));
        placement_.isa = kIsas[draw_.raw<uint8_t>() % std::size(kIsas)];
        placement_.size = draw_.size_of(placement_);
    }

    void fill_optimizer() {
        mn_optimizer_options_defaults(&optimizer_, sizeof optimizer_);
        draw_.put(optimizer_.kind, draw_.raw<uint8_t>() % (static_cast<int>(kLastOptimizer) + 1));
        optimizer_.beta1 = draw_.mostly(0.9);
        optimizer_.eps = draw_.mostly(1e-8);
        optimizer_.amsgrad = draw_.mostly(draw_.raw<uint8_t>() % 2);
        optimizer_.weight_decay = draw_.mostly(0.01);
        optimizer_.momentum = draw_.mostly(0.5);
        optimizer_.nesterov = draw_.mostly(draw_.raw<uint8_t>() % 2);
        optimizer_.dampening = draw_.mostly(0.0);
        optimizer_.size = draw_.size_of(optimizer_);
    }

    void fill_loss() {
        mn_loss_options_defaults(&loss_, sizeof loss_);
        draw_.put(loss_.kind, draw_.raw<uint8_t>() % (static_cast<int>(kLastLoss) + 1));
        loss_.label_smoothing = draw_.mostly(0.0);
        loss_.parameter = draw_.mostly(0.0);
        loss_.ignore_index = draw_.mostly(int64_t{MN_IGNORE_INDEX});
        draw_.put(loss_.reduction, MN_REDUCTION_MEAN);
        if (draw_.odd()) {
            weights_ = draw_.floats(std::clamp(sizes_.back(), 1, 64));
            if (weights_.size() == static_cast<size_t>(sizes_.back()))
                (draw_.raw<uint8_t>() % 2 == 0 ? loss_.class_weights : loss_.pos_weight) = weights_.data();
        }
        loss_.size = draw_.size_of(loss_);
    }

    void call(int which) {
        switch (which) {
        case 0:
            checked(mn_trainer_initialize(trainer_, draw_.raw<uint64_t>()));
            break;
        case 1:
            set_data();
            break;
        case 2:
        case 3:
            train();
            break;
        case 4:
            evaluate();
            break;
        case 5:
            copy_out_and_in();
            break;
        case 6:
            set_step();
            break;
        case 7:
            describe();
            break;
        case 8:
            predict();
            break;
        case 9:
            copy_state_out_and_in();
            break;
        case 10:
            evaluate_model();
            break;
        default:
            cross_entropy();
        }
    }

    void set_data() {
        auto fresh = std::make_unique<Set>(draw_, sizes_[0], sizes_.back());
        if (checked(mn_trainer_set_data(trainer_, draw_.odd() ? nullptr : &fresh->data)) == MN_OK)
            lent_ = std::move(fresh);
    }

    void train() {
        const int64_t lent = lent_ ? std::max<int64_t>(lent_->data.count, 1) : 1;
        const int64_t samples = draw_.count(draw_.between(1, 2 * lent));
        const int64_t batch = draw_.count(draw_.between(1, lent));
        const bool meant = samples > 0 && samples <= 2 * lent;
        const int64_t steps = meant && batch > 0 ? (samples - 1) / batch + 1 : 1;
        const auto order = draw_.numbers<int32_t>(meant ? samples : 1, 0, lent - 1);
        const std::vector<double> rates(static_cast<size_t>(steps), draw_.mostly(0.01));
        std::vector<mn_step_result> results(rates.size());
        int64_t done = -1;
        mn_chunk chunk{};
        chunk.size = draw_.size_of(chunk);
        chunk.order = meant && draw_.raw<uint8_t>() % 2 == 0 ? order.data() : nullptr;
        chunk.first = draw_.odd() ? draw_.raw<int64_t>() : 0;
        chunk.samples = samples;
        chunk.batch_size = batch;
        chunk.learning_rates = rates.data();
        const mn_status status = checked(mn_trainer_train(trainer_, &chunk, results.data(), &done));
        demand(status != MN_OK || done == steps, "all steps are done");
        demand(status != MN_DIVERGED || (done >= 0 && done < steps), "steps before the bad loss count");
    }

    // evaluate(data, first, count, evaluation, predictions) by a trainer or a model.
    template <class Evaluate>
    void evaluate_some(Evaluate evaluate) {
        const Set set(draw_, sizes_[0], sizes_.back());
        const int64_t first = draw_.odd() ? draw_.raw<int64_t>() : 0;
        const int64_t count = draw_.count(std::max<int64_t>(set.data.count, 0));
        std::vector<int32_t> predictions(static_cast<size_t>(std::clamp<int64_t>(count, 0, kMaxSamples)));
        mn_evaluation evaluation{};
        if (checked(evaluate(&set.data, first, count, &evaluation,
                             draw_.raw<uint8_t>() % 2 == 0 ? predictions.data() : nullptr)) == MN_OK)
            demand(evaluation.correct <= evaluation.counted * sizes_.back() && evaluation.counted <= count,
                   "the counts fit");
    }

    void evaluate() {
        evaluate_some([&](const mn_data* data, int64_t first, int64_t count, mn_evaluation* to, int32_t* predictions) {
            checked(mn_trainer_check_data(trainer_, data));
            return mn_trainer_evaluate(trainer_, data, first, count, to, predictions);
        });
    }

    void evaluate_model() {
        if (make_model()) {
            evaluate_some(
                [&](const mn_data* data, int64_t first, int64_t count, mn_evaluation* to, int32_t* predictions) {
                    return mn_model_evaluate(model_, data, first, count, or_null(loss_), to, predictions);
                });
        }
    }

    void copy_state_out_and_in() {
        int32_t slots = 0;
        checked(mn_trainer_slot_count(trainer_, &slots));
        demand(slots >= 1 && slots <= 4, "an optimizer keeps one to four slots");
        std::vector<float> state(static_cast<size_t>(slots * parameters_));
        int64_t step = -1;
        checked(mn_trainer_read_state(trainer_, state.data(), draw_.count(std::ssize(state)), &step));
        state = draw_.floats(std::ssize(state));
        checked(mn_trainer_write_state(trainer_, state.data(), draw_.count(std::ssize(state)), draw_.mostly(step)));
    }

    bool make_model() {
        const std::vector<float> parameters = draw_.floats(parameters_);
        return model_ || checked(mn_model_create(&net_, or_null(placement_), parameters.data(),
                                                 draw_.count(parameters_), &model_)) == MN_OK;
    }

    void copy_out_and_in() {
        const auto slot = static_cast<mn_slot>(draw_.raw<uint8_t>() % 4);
        const int64_t count = draw_.count(parameters_);
        std::vector<float> values(static_cast<size_t>(parameters_));
        checked(mn_trainer_read(trainer_, slot, values.data(), count));
        values = draw_.floats(parameters_);
        checked(mn_trainer_write(trainer_, slot, values.data(), count));
    }

    void set_step() {
        const int64_t wanted = draw_.odd() ? draw_.raw<int64_t>() : draw_.between(0, 1000);
        int64_t step = -1;
        if (checked(mn_trainer_set_step(trainer_, wanted)) == MN_OK) {
            checked(mn_trainer_get_step(trainer_, &step));
            demand(step == wanted, "the step is the one set");
        }
    }

    void describe() {
        std::vector<char> text(static_cast<size_t>(draw_.between(0, 300)), 'x');
        if (checked(mn_trainer_describe(trainer_, text.data(), text.size())) == MN_OK && !text.empty())
            demand(std::memchr(text.data(), 0, text.size()) != nullptr, "the text ends");
    }

    void predict() {
        if (!make_model())
            return;
        const int64_t samples = draw_.between(1, kMaxSamples);
        const int64_t count = draw_.count(samples);
        std::vector<float> logits(static_cast<size_t>(samples * sizes_.back()));
        if (draw_.raw<uint8_t>() % 2 == 0) {
            const std::vector<float> pixels = draw_.floats(samples * sizes_[0]);
            checked(mn_model_logits_f32(model_, pixels.data(), count, logits.data()));
        } else {
            const auto pixels = draw_.numbers<uint8_t>(samples * sizes_[0], 0, 255);
            checked(mn_model_logits_u8(model_, pixels.data(), draw_.mostly(1.0 / 255), count, logits.data()));
        }
    }

    void cross_entropy() {
        const int64_t count = draw_.between(1, 8), classes = draw_.between(1, 8);
        const auto logits = draw_.numbers<double>(count * classes, -9, 9);
        const auto labels = draw_.numbers<int32_t>(count, 0, classes - 1);
        std::vector<double> losses(static_cast<size_t>(count)), gradient(logits.size());
        mn_loss_options loss;
        mn_loss_options_defaults(&loss, sizeof loss);
        loss.ignore_index = draw_.mostly(loss.ignore_index);
        loss.label_smoothing = draw_.mostly(0.1);
        draw_.put(loss.reduction, draw_.raw<uint8_t>() % 4);
        checked(mn_cross_entropy(logits.data(), labels.data(), draw_.count(count), draw_.count(classes), or_null(loss),
                                 nullptr, draw_.odd() ? nullptr : losses.data(),
                                 draw_.odd() ? nullptr : gradient.data()));
    }

    Draw& draw_;
    int64_t layers_ = 0;
    int64_t parameters_ = 0;
    std::vector<int32_t> sizes_, activations_;
    std::vector<float> weights_;
    mn_net net_{};
    mn_placement placement_{};
    mn_optimizer_options optimizer_{};
    mn_loss_options loss_{};
    std::unique_ptr<Set> lent_;
    mn_trainer* trainer_ = nullptr;
    mn_model* model_ = nullptr;
};

} // namespace

void fuzz_api(const uint8_t* bytes, size_t size) {
    Draw draw(bytes, size);
    Session(draw).go();
}

} // namespace mn::test
