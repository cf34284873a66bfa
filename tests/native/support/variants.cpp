#include "support/variants.h"

#include "api/floors.h"
#include "cpu/floor.h"

namespace mn::test {

Variant reference_variant() {
    Placement place;
    place.device = DeviceKind::reference;
    return {"reference", place};
}

const Floor& Variant::floor() const {
    return api::floor_for(placement);
}

std::vector<Variant> cpu_variants() {
    std::vector<Variant> variants;
    for (const std::string& isa : api::floor_of(DeviceKind::cpu).isa_levels()) {
        for (int threads : {1, 2}) {
            Placement place;
            place.isa = isa;
            place.threads = threads;
            variants.push_back({"cpu_" + isa + "_threads" + std::to_string(threads), place});
        }
    }
    return variants;
}

std::vector<Variant> fast_variants() {
    std::vector<Variant> variants = cpu_variants();
    Placement gpu;
    gpu.device = DeviceKind::cuda;
    variants.push_back({"cuda", gpu});
    return variants;
}

std::vector<Variant> all_variants() {
    std::vector<Variant> variants = fast_variants();
    variants.insert(variants.begin(), reference_variant());
    return variants;
}

std::vector<Variant> variants_by_isa() {
    std::vector<Variant> variants;
    for (const Variant& variant : all_variants()) {
        if (variant.placement.device != DeviceKind::cpu || variant.placement.threads == 2)
            variants.push_back(variant);
    }
    return variants;
}

std::unique_ptr<Trainer> make_trainer(TrainerOptions options, const Variant& variant) {
    options.placement = variant.placement;
    const Floor& floor = variant.floor();
    // A test's net is small: by the floor's own rule most steps would be one worker's.
    if (variant.placement.device == DeviceKind::cpu)
        return cpu::make_trainer(options, {.work = 0});
    return floor.make_trainer(options);
}

std::unique_ptr<Model> make_model(const Net& net, const Variant& variant, const std::vector<float>& values) {
    return variant.floor().make_model(net, variant.placement, values);
}

std::string variant_name(const testing::TestParamInfo<Variant>& info) {
    return info.param.name;
}

void PrintTo(const Variant& variant, std::ostream* out) {
    *out << variant.name;
}

void VariantTest::SetUp() {
    std::string reason;
    const Floor* floor = api::find_floor(variant().placement.device, &reason);
    if (!floor || floor->device_count(&reason) == 0)
        GTEST_SKIP() << "SKIPPED: no usable GPU: " << reason;
}

} // namespace mn::test
