// The same bits on every platform: what training leaves behind is known beforehand, for Linux on x86-64 and ARM and for
// Windows, whatever the compiler. Instruction sets without a fused multiply-add round once more and agree among
// themselves.
#include <gtest/gtest.h>

#include <cstring>

#include "cpu/kernels/isa.h"
#include "support/cpu_nets.h"

namespace mn::test {
namespace {

struct Case {
    std::string name;
    uint64_t fused, unfused; // hashes of the parameters: FNV-1a, 64 bits
    TrainerOptions options;
    Recipe recipe;
    int64_t samples, batch_size; // read in a made-up order
    double learning_rate;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

uint64_t hash(const std::vector<double>& values) {
    uint64_t hash = 14695981039346656037u;
    for (const double value : values) {
        const float narrow = static_cast<float>(value);
        uint32_t bits = 0;
        std::memcpy(&bits, &narrow, sizeof(bits));
        for (int shift = 0; shift < 32; shift += 8) // the same on a big-endian machine
            hash = (hash ^ (bits >> shift & 0xff)) * 1099511628211u;
    }
    return hash;
}

// 20 steps of the article's net, as most train it.
Case article() {
    Case one{"article", 0xf85c6f7d8c07b9bf, 0xe22e612514c7c646, {}, {}, 20 * 64, 64, 1e-3};
    one.options.net = article_net();
    one.recipe = {.count = 1280, .features = 784, .classes = 10, .type = PixelType::uint8, .zeros = 0.8};
    return one;
}

// Every activation, each behind a layer of its own.
Case activations() {
    Case one{"activations", 0xb96a5d9e97a4bbea, 0xde93371347847cce, {}, {}, 49 * 31 + 7, 31, 1e-3};
    one.options.net.sizes.push_back(33);
    for (int kind = 0; kind <= static_cast<int>(kLastActivation); ++kind) {
        one.options.net.sizes.push_back(17 + kind);
        one.options.net.activations.emplace_back(static_cast<ActivationKind>(kind));
    }
    one.options.net.sizes.push_back(10);
    one.options.optimizer.kind = OptimizerKind::adamw;
    one.options.optimizer.weight_decay = 0.01;
    one.options.optimizer.amsgrad = true;
    one.recipe = {.count = 200, .features = 33, .classes = 10};
    return one;
}

// A loss that takes targets, dropout, and SGD with all it has.
Case targets(const std::string& name, LossKind kind, uint64_t fused, uint64_t unfused) {
    Case one{name, fused, unfused, {}, {}, 49 * 31 + 7, 31, 0.1};
    one.options.net = {.sizes = {101, 67, 33, 7}, .input_dropout = 0.2, .hidden_dropout = 0.5};
    one.options.loss.kind = kind;
    one.options.loss.parameter = has_parameter(kind) ? 0.5 : 1;
    one.options.optimizer = {.kind = OptimizerKind::sgd, .weight_decay = 1e-3, .momentum = 0.9, .nesterov = true};
    one.recipe = {.count = 200, .features = 101, .classes = 10, .outputs = 7, .weighted = true};
    return one;
}

std::vector<Case> cases() {
    return {article(),
            activations(),
            targets("bce", LossKind::bce, 0x5bc6e74d33571de7, 0xa56921f6aa3a98c8),
            targets("mse", LossKind::mse, 0xba0d931e1d19eccf, 0x828524e2e0f7f985),
            targets("l1", LossKind::l1, 0x3360715fbdfc6145, 0xdafcde2aa879077a),
            targets("smooth_l1", LossKind::smooth_l1, 0x01d8d24f90774732, 0x86560745c286003f),
            targets("huber", LossKind::huber, 0x84d9bcdb00c547d0, 0xe8c4df5a27bc28ae)};
}

class PlatformBits : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(, PlatformBits, testing::ValuesIn(cases()), [](const auto& info) { return info.param.name; });

TEST_P(PlatformBits, parameters_are_as_everywhere) {
    const Case& one = GetParam();
    const OwnedData data = made_up(one.recipe);
    for (const std::string& isa : cpu::isa_levels()) {
        const Variant variant = cpu_variant(2, Precision::float32, isa);
        const std::unique_ptr<Trainer> trainer = make_trainer(one.options, variant);
        write(*trainer, Slot::parameters, initial(one.options.net, 7));
        trainer->bind(data.samples());
        train(*trainer, {.order = made_up_order(data.count(), one.samples, 2),
                         .batch_size = one.batch_size,
                         .learning_rate = one.learning_rate,
                         .seed = 99});
        const bool fused = isa != "scalar" && isa != "ssse3" && isa != "sse4";
        EXPECT_EQ(hash(read(*trainer, Slot::parameters, one.options.net)), fused ? one.fused : one.unfused) << isa;
    }
}

} // namespace
} // namespace mn::test
