#include "support/odd_shapes.h"

#include <sstream>

namespace mn::test {

namespace {

const std::vector<std::vector<int32_t>> kNets = {
    {7, 10},                   // depth 1
    {313, 1},                  //
    {1, 7},                    //
    {312, 313},                //
    {10, 313, 7},              // 2
    {312, 1, 10},              //
    {313, 312, 10, 7},         // 3
    {7, 313, 1, 10},           //
    {10, 7, 312, 313, 10},     // 4
    {1, 10, 1, 7, 312},        //
    {312, 313, 7, 10, 1, 7},   // 5
    {313, 10, 312, 7, 313, 10} //
};

std::vector<float> some_class_weights(int64_t classes) {
    std::vector<float> weights;
    for (int64_t c = 0; c < classes; ++c)
        weights.push_back(0.5f + 0.25f * static_cast<float>(c % 5));
    return weights;
}

// In small batches every label might be ignored, in large ones a sum is too large for an absolute bound.
LossOptions loss_in_turn(size_t turn, int64_t classes, int64_t batch_size) {
    LossOptions loss;
    if (turn % 4 == 1)
        loss.label_smoothing = 0.1;
    if (turn % 4 == 2) {
        loss.class_weights = some_class_weights(classes);
        if (batch_size > 2 && classes > 1)
            loss.ignore_index = classes - 1;
    }
    if (turn % 4 == 3 && batch_size <= 31)
        loss.reduction = Reduction::sum;
    return loss;
}

} // namespace

std::vector<OddShape> odd_shapes(int64_t batch_size) {
    std::vector<OddShape> shapes;
    for (size_t i = 0; i < kNets.size(); ++i) {
        OddShape& shape = shapes.emplace_back();
        shape.net.sizes = kNets[i];
        std::ostringstream name;
        for (int32_t size : kNets[i])
            name << size << ' ';
        name << "batch " << batch_size;
        shape.name = name.str();
        shape.loss = loss_in_turn(i, shape.net.classes(), batch_size);
        Recipe recipe;
        recipe.count = batch_size + 3;
        recipe.features = shape.net.features();
        recipe.classes = shape.net.classes();
        recipe.type = i % 2 == 0 ? PixelType::uint8 : PixelType::float32;
        recipe.zeros = i % 3 == 0 ? 0 : 0.8;
        recipe.seed = static_cast<uint32_t>(i + 1);
        shape.data = made_up(recipe);
        shape.plan.batch_size = batch_size;
        shape.plan.samples = batch_size;
        shape.plan.first = 2;
        if (i % 4 < 2)
            shape.plan.order = made_up_order(recipe.count, batch_size, recipe.seed);
    }
    return shapes;
}

std::vector<LossOptions> loss_variants(int64_t classes) {
    std::vector<LossOptions> variants;
    for (Reduction reduction : {Reduction::mean, Reduction::sum}) {
        for (double smoothing : {0.0, 0.1, 1.0}) {
            for (bool weighted : {false, true}) {
                for (int64_t ignore_index : {int64_t{-100}, classes - 1}) {
                    LossOptions& loss = variants.emplace_back();
                    loss.reduction = reduction;
                    loss.label_smoothing = smoothing;
                    loss.ignore_index = ignore_index;
                    if (weighted)
                        loss.class_weights = some_class_weights(classes);
                }
            }
        }
    }
    return variants;
}

std::vector<Activation> all_activations() {
    std::vector<Activation> all;
    for (int32_t a = 0; a <= static_cast<int32_t>(kLastActivation); ++a)
        all.push_back(static_cast<ActivationKind>(a));
    // Below 0, slopes do not follow from values.
    for (const double parameter : {-0.7, 0.0, 0.3}) {
        all.push_back({ActivationKind::leaky_relu, parameter});
        all.push_back({ActivationKind::elu, parameter});
    }
    return all;
}

std::vector<Net> activation_variants(const std::vector<int32_t>& sizes) {
    std::vector<Net> variants;
    for (const Activation activation : all_activations())
        variants.push_back({sizes, std::vector<Activation>(sizes.size() - 2, activation)});
    return variants;
}

} // namespace mn::test
