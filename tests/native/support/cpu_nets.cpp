#include "support/cpu_nets.h"

#include "net/error.h"
#include "support/data.h"

namespace mn::test {

Net article_net() {
    return {{784, 312, 256, 10}};
}

Variant cpu_variant(int threads, Precision precision, const std::string& isa) {
    Variant variant{"cpu", {}};
    variant.placement.threads = threads;
    variant.placement.precision = precision;
    variant.placement.isa = isa;
    return variant;
}

std::unique_ptr<Trainer> trained(const Variant& variant, const Net& net, const Data& samples, const Plan& plan,
                                 Trained& run) {
    std::unique_ptr<Trainer> trainer = make_trainer({net, {}, {}, {}}, variant);
    write(*trainer, Slot::parameters, initial(net, 0));
    trainer->bind(samples);
    run = train(*trainer, plan);
    return trainer;
}

std::string refusal_of(const Variant& variant) {
    try {
        make_trainer({article_net(), {}, {}, {}}, variant);
    } catch (const Error& error) {
        EXPECT_EQ(error.status(), Status::unsupported);
        return error.what();
    }
    return "";
}

void expect_same_bits_from_bytes_and_floats(const Variant& variant) {
    const Net net{{1037, 37, 5}};
    const Plan plan{{}, 666, 333, 1e-3, 0};
    for (const double zeros : {0.0, 0.9}) {
        const OwnedData bytes = made_up({666, 1037, 5, PixelType::uint8, zeros, 3});
        Data samples = bytes.samples();
        samples.scale = 0.25; // exact, so that it may be applied early or late
        std::vector<float> widened;
        for (const uint8_t byte : bytes.bytes)
            widened.push_back(samples.value_of_byte(byte));
        Trained run;
        const auto from_bytes = trained(variant, net, samples, plan, run);
        samples.pixels = widened.data();
        samples.type = PixelType::float32;
        const auto from_floats = trained(variant, net, samples, plan, run);
        EXPECT_EQ(read(*from_bytes, Slot::parameters, net), read(*from_floats, Slot::parameters, net)) << zeros;
    }
}

} // namespace mn::test
