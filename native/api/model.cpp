// The model's functions, and the loss by itself.
#include <memory>
#include <span>

#include "api/accounting.h"
#include "api/checks.h"
#include "api/evaluation.h"
#include "api/floors.h"
#include "api/guard.h"
#include "mnist_native.h"
#include "net/error.h"
#include "reference/loss.h"

using namespace mn::api;

struct mn_model {
    mn::Net net;
    std::unique_ptr<mn::Model> model;
    mutable Account account; // its buffers grow with what it is asked
};

namespace {

mn_status model_logits(const mn_model* model, const void* pixels, mn::PixelType type, double scale, int64_t count,
                       float* logits) noexcept {
    return guarded([&] {
        require(model != nullptr, "model is NULL");
        const mn::Data samples = checked_pixels(pixels, type, scale, count, model->net);
        require(count == 0 || logits, "logits is NULL");
        if (count > 0)
            model->model->logits(samples, logits);
        model->account.grow_to(model->model->bytes());
    });
}

} // namespace

mn_status mn_model_create(const mn_net* net, const mn_placement* placement, const float* parameters, int64_t count,
                          mn_model** model) {
    return guarded([&] {
        require(parameters != nullptr, "parameters is NULL");
        require(model != nullptr, "model is NULL");
        auto made = std::make_unique<mn_model>();
        made->net = checked_net(net);
        const mn::Placement place = checked_placement(placement);
        check_parameter_count(made->net, count);
        made->model = floor_of(place.device).make_model(made->net, place, {parameters, static_cast<size_t>(count)});
        made->account.set(made->model->bytes());
        *model = made.release();
    });
}

mn_status mn_model_destroy(mn_model* model) {
    delete model;
    return MN_OK;
}

mn_status mn_model_logits_f32(const mn_model* model, const float* pixels, int64_t count, float* logits) {
    return model_logits(model, pixels, mn::PixelType::float32, 1.0, count, logits);
}

mn_status mn_model_logits_u8(const mn_model* model, const uint8_t* pixels, double scale, int64_t count, float* logits) {
    return model_logits(model, pixels, mn::PixelType::uint8, scale, count, logits);
}

mn_status mn_model_evaluate(const mn_model* model, const mn_data* data, int64_t first, int64_t count,
                            const mn_loss_options* loss, mn_evaluation* evaluation, int32_t* predictions) {
    return guarded([&] {
        require(model != nullptr, "model is NULL");
        require(evaluation != nullptr, "evaluation is NULL");
        const mn::LossOptions options = checked_loss(loss, model->net.classes());
        const mn::Data samples = checked_evaluation(data, first, count, model->net, options, predictions != nullptr);
        *evaluation = as_c(model->model->evaluate(samples, first, count, options, predictions));
        model->account.grow_to(model->model->bytes());
    });
}

int64_t mn_model_bytes(const mn_model* model) {
    return model ? model->account.bytes() : 0;
}

mn_status mn_cross_entropy(const double* logits, const int32_t* labels, int64_t count, int64_t classes,
                           const mn_loss_options* loss, const double* upstream, double* losses, double* gradient) {
    return guarded([&] {
        require(count >= 0 && count <= INT32_MAX, "count must be between 0 and 2^31 - 1");
        require(classes >= 1 && classes <= INT32_MAX, "classes must be between 1 and 2^31 - 1");
        require(count == 0 || logits, "logits is NULL");
        require(count == 0 || labels, "labels is NULL");
        const mn::LossOptions options = checked_loss(loss, classes);
        require(!mn::takes_targets(options.kind), "kind must be the cross-entropy here");
        check_labels(labels, 0, count, classes, options.ignore_index);
        mn::reference::cross_entropy(logits, labels, count, classes, options, upstream, losses, gradient);
    });
}
