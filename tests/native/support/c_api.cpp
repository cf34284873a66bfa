#include "support/c_api.h"

namespace mn::test {

Options::Options(const int32_t* sizes, int32_t layers) {
    net.size = sizeof net;
    net.sizes = sizes;
    net.layer_count = layers;
    mn_placement_defaults(&placement, sizeof placement);
    mn_optimizer_options_defaults(&optimizer, sizeof optimizer);
    mn_loss_options_defaults(&loss, sizeof loss);
}

mn_status Options::create(mn_trainer** trainer) const {
    return mn_trainer_create(&net, &placement, &optimizer, &loss, trainer);
}

mn_data data_of(const OwnedData& data) {
    const bool is_bytes = !data.bytes.empty();
    mn_data lent{};
    lent.size = sizeof lent;
    lent.type = is_bytes ? MN_PIXEL_UINT8 : MN_PIXEL_FLOAT32;
    lent.pixels = is_bytes ? static_cast<const void*>(data.bytes.data()) : data.floats.data();
    lent.scale = data.scale;
    lent.labels = data.labels.data();
    lent.count = data.count();
    lent.features = data.features;
    return lent;
}

mn_chunk chunk_of(int64_t samples, int64_t batch_size, const double* learning_rates) {
    mn_chunk chunk{};
    chunk.size = sizeof chunk;
    chunk.samples = samples;
    chunk.batch_size = batch_size;
    chunk.learning_rates = learning_rates;
    return chunk;
}

testing::AssertionResult refused(mn_status got, mn_status expected, const std::string& word) {
    const std::string message = mn_last_error();
    if (got != expected)
        return testing::AssertionFailure() << "status " << got << ": " << message;
    if (message.find(word) == std::string::npos) {
        return testing::AssertionFailure() << "the message does not name " << word << ": " << message;
    }
    return testing::AssertionSuccess();
}

Api::Api() {
    options_.placement.device = MN_DEVICE_REFERENCE;
    data_ = data_of(values_);
}

TrainerHandle Api::create() const {
    mn_trainer* trainer = nullptr;
    EXPECT_EQ(options_.create(&trainer), MN_OK) << mn_last_error();
    return TrainerHandle(trainer);
}

TrainerHandle Api::ready() const {
    TrainerHandle trainer = create();
    EXPECT_EQ(mn_trainer_initialize(trainer.get(), 1), MN_OK);
    EXPECT_EQ(mn_trainer_set_data(trainer.get(), &data_), MN_OK) << mn_last_error();
    return trainer;
}

ModelHandle Api::model(const std::vector<float>& parameters) const {
    mn_model* model = nullptr;
    EXPECT_EQ(mn_model_create(&options_.net, &options_.placement, parameters.data(), std::ssize(parameters), &model),
              MN_OK)
        << mn_last_error();
    return ModelHandle(model);
}

mn_status Api::train(mn_trainer* trainer) {
    return mn_trainer_train(trainer, &chunk_, results_, &done_);
}

std::vector<float> Api::read(mn_trainer* trainer, mn_slot slot) {
    std::vector<float> values(kParameters);
    EXPECT_EQ(mn_trainer_read(trainer, slot, values.data(), kParameters), MN_OK) << mn_last_error();
    return values;
}

} // namespace mn::test
