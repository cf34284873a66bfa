// The C ABI with arguments of a fuzzer's choice, wrong ones included: a net, its data and a handful of calls. Every
// call ends with a status and, if that is not MN_OK, a sentence; nothing is left at the end. What the header makes the
// caller's duty is kept: arrays are as long as their counts say, unless a count is to be refused before it is used.
#include "fuzz/api_fuzz.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "mnist_native.h"

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

// Draws values from the input; of a used-up one, zeros.
class Draw {
  public:
    Draw(const uint8_t* bytes, size_t size) : bytes_(bytes), end_(bytes + size) {}

    bool empty() const { return bytes_ == end_; }

    template <class T>
    T raw() {
        T value{};
        const size_t size = std::min(sizeof value, static_cast<size_t>(end_ - bytes_));
        if (size > 0)
            std::memcpy(&value, bytes_, size);
        bytes_ += size;
        return value;
    }

    int64_t between(int64_t low, int64_t high) {
        return low + static_cast<int64_t>(raw<uint16_t>() % static_cast<uint64_t>(high - low + 1));
    }

    // Seldom true.
    bool odd() { return raw<uint8_t>() > 240; }

    // Nearly always `usual`, else anything.
    template <class T>
    T mostly(T usual) {
        return odd() ? raw<T>() : usual;
    }

    // Into an enum of C, which can hold any number.
    template <class T>
    void put(T& field, int usual) {
        const int number = mostly(usual);
        static_assert(sizeof number == sizeof field);
        std::memcpy(&field, &number, sizeof number);
    }

    // A count that a caller may mean, or one that must be refused.
    int64_t count(int64_t usual) {
        constexpr int64_t kWrong[] = {-1,
                                      0,
                                      std::numeric_limits<int64_t>::min(),
                                      std::numeric_limits<int64_t>::max(),
                                      int64_t{1} << 31,
                                      int64_t{1} << 62};
        return odd() ? kWrong[raw<uint8_t>() % std::size(kWrong)] : usual;
    }

    // Floats in [-4, 4), or of any bits.
    std::vector<float> floats(int64_t n) {
        const bool any = odd();
        std::vector<float> values(static_cast<size_t>(n));
        for (float& value : values)
            value = any ? raw<float>() : static_cast<float>(raw<int8_t>()) / 32;
        return values;
    }

    template <class T>
    std::vector<T> numbers(int64_t n, int64_t low, int64_t high) {
        std::vector<T> values(static_cast<size_t>(n));
        for (T& value : values)
            value = static_cast<T>(odd() ? between(low - 1, high + 1) : between(low, high));
        return values;
    }

  private:
    const uint8_t* bytes_;
    const uint8_t* end_;
};

// Samples that belong together, in memory of exactly their size, so that a sanitizer sees a step beyond.
struct Set {
    std::vector<float> floats;
    std::vector<uint8_t> bytes;
    std::vector<int32_t> labels;
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
        draw.put(data.type, MN_UINT8);
        if (!as_bytes)
            data.type = MN_FLOAT32_PIXELS;
        else if (const mn_pixel_type floats_type = MN_FLOAT32_PIXELS;
                 !std::memcmp(&data.type, &floats_type, sizeof data.type))
            data.type = MN_UINT8; // else bytes would be read beyond their end
        data.scale = draw.mostly(as_bytes ? 1.0 / 255 : 1.0);
        data.labels = draw.odd() ? nullptr : labels.data();
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
        parameters_ = mn_parameter_count(sizes_.data(), options_.layer_count);
        demand(parameters_ >= 0, "a count of parameters is not negative");
        if (parameters_ > kMaxParameters)
            return;
        if (checked(mn_trainer_create(&options_, &trainer_)) != MN_OK) {
            demand(trainer_ == nullptr, "the output is as it was");
            return;
        }
        for (int i = 0; i < kMaxCalls && !draw_.empty(); ++i)
            call(draw_.raw<uint8_t>() % 10);
    }

  private:
    void fill_options() {
        constexpr const char* kIsas[] = {nullptr, "auto", "sse4", "avx2", "avx3", "none such", ""};
        mn_options_defaults(&options_);
        options_.sizes = draw_.odd() ? nullptr : sizes_.data();
        options_.layer_count = draw_.odd() ? -static_cast<int32_t>(layers_) : static_cast<int32_t>(layers_);
        draw_.put(options_.device, draw_.raw<uint8_t>() % 2 == 0 ? MN_DEVICE_CPU : MN_DEVICE_REFERENCE);
        draw_.put(options_.precision, draw_.raw<uint8_t>() % 4 == 0 ? MN_BF16 : MN_FLOAT32);
        options_.threads = draw_.odd() ? -1 : static_cast<int32_t>(draw_.between(1, 2));
        options_.isa = kIsas[draw_.raw<uint8_t>() % std::size(kIsas)];
        draw_.put(options_.optimizer, draw_.raw<uint8_t>() % 3);
        options_.beta1 = draw_.mostly(0.9);
        options_.eps = draw_.mostly(1e-8);
        options_.amsgrad = draw_.mostly(draw_.raw<uint8_t>() % 2);
        options_.weight_decay = draw_.mostly(0.01);
        options_.momentum = draw_.mostly(0.5);
        options_.nesterov = draw_.mostly(draw_.raw<uint8_t>() % 2);
        options_.dampening = draw_.mostly(0.0);
        options_.label_smoothing = draw_.mostly(0.1);
        options_.ignore_index = draw_.mostly(int64_t{-100});
        draw_.put(options_.reduction, MN_REDUCTION_MEAN);
        if (draw_.odd()) {
            weights_ = draw_.floats(std::clamp(sizes_.back(), 1, 64));
            options_.class_weights = weights_.size() == static_cast<size_t>(sizes_.back()) ? weights_.data() : nullptr;
        }
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
        std::vector<double> losses(rates.size());
        std::vector<int32_t> correct(rates.size());
        int64_t done = -1;
        const int32_t* given = meant && draw_.raw<uint8_t>() % 2 == 0 ? order.data() : nullptr;
        const mn_status status =
            checked(mn_trainer_train(trainer_, given, draw_.odd() ? draw_.raw<int64_t>() : 0, samples, batch,
                                     rates.data(), losses.data(), correct.data(), &done));
        demand(status != MN_OK || done == steps, "all steps are done");
        demand(status != MN_DIVERGED || (done >= 0 && done < steps), "steps before the bad loss count");
    }

    void evaluate() {
        const Set set(draw_, sizes_[0], sizes_.back());
        const int64_t first = draw_.odd() ? draw_.raw<int64_t>() : 0;
        const int64_t count = draw_.count(std::max<int64_t>(set.data.count, 0));
        std::vector<int32_t> predictions(static_cast<size_t>(std::clamp<int64_t>(count, 0, kMaxSamples)));
        mn_evaluation evaluation{};
        if (checked(mn_trainer_evaluate(trainer_, &set.data, first, count, &evaluation, predictions.data())) == MN_OK)
            demand(evaluation.correct <= evaluation.counted && evaluation.counted <= count, "the counts fit");
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
        const std::vector<float> parameters = draw_.floats(parameters_);
        if (model_ == nullptr &&
            checked(mn_model_create(&options_, parameters.data(), draw_.count(parameters_), &model_)) != MN_OK)
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
        checked(mn_cross_entropy(logits.data(), labels.data(), draw_.count(count), draw_.count(classes), nullptr,
                                 draw_.mostly(int64_t{-100}), draw_.mostly(0.1),
                                 static_cast<mn_reduction>(draw_.raw<uint8_t>() % 4), nullptr,
                                 draw_.odd() ? nullptr : losses.data(), draw_.odd() ? nullptr : gradient.data()));
    }

    Draw& draw_;
    int64_t layers_ = 0;
    int64_t parameters_ = 0;
    std::vector<int32_t> sizes_;
    std::vector<float> weights_;
    mn_options options_{};
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
