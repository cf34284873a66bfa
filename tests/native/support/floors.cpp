#include "support/floors.h"

#include <sstream>
#include <stdexcept>

namespace mn::test {

Floor reference_floor() {
    Placement place;
    place.device = DeviceKind::reference;
    return {"reference", place};
}

std::vector<Floor> cpu_floors() {
    std::vector<Floor> floors;
    std::istringstream levels(cpu::isa_levels());
    for (std::string isa; levels >> isa;) {
        for (int threads : {1, 2}) {
            Placement place;
            place.isa = isa;
            place.threads = threads;
            floors.push_back({"cpu_" + isa + "_threads" + std::to_string(threads), place});
        }
    }
    return floors;
}

std::vector<Floor> fast_floors() {
    std::vector<Floor> floors = cpu_floors();
    Placement gpu;
    gpu.device = DeviceKind::cuda;
    floors.push_back({"cuda", gpu});
    return floors;
}

std::vector<Floor> all_floors() {
    std::vector<Floor> floors = fast_floors();
    floors.insert(floors.begin(), reference_floor());
    return floors;
}

std::vector<Floor> floors_by_isa() {
    std::vector<Floor> floors;
    for (const Floor& floor : all_floors()) {
        if (floor.placement.device != DeviceKind::cpu || floor.placement.threads == 2)
            floors.push_back(floor);
    }
    return floors;
}

std::unique_ptr<Trainer> make_trainer(TrainerOptions options, const Floor& floor) {
    options.placement = floor.placement;
    switch (floor.placement.device) {
    case DeviceKind::cpu:
        return cpu::make_trainer(options);
    case DeviceKind::cuda:
        return cuda::make_trainer(options);
    case DeviceKind::reference:
        return reference::make_trainer(options);
    }
    throw std::logic_error("unknown device");
}

std::unique_ptr<Model> make_model(const Net& net, const Floor& floor, const std::vector<float>& values) {
    switch (floor.placement.device) {
    case DeviceKind::cpu:
        return cpu::make_model(net, floor.placement, values);
    case DeviceKind::cuda:
        return cuda::make_model(net, floor.placement, values);
    case DeviceKind::reference:
        return reference::make_model(net, floor.placement, values);
    }
    throw std::logic_error("unknown device");
}

std::string floor_name(const testing::TestParamInfo<Floor>& info) {
    return info.param.name;
}

void PrintTo(const Floor& floor, std::ostream* out) {
    *out << floor.name;
}

void FloorTest::SetUp() {
    std::string reason;
    if (floor().placement.device == DeviceKind::cuda && cuda::device_count(&reason) == 0) {
        GTEST_SKIP() << "SKIPPED: no usable GPU: " << reason;
    }
}

} // namespace mn::test
