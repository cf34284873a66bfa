// The one list of floors: a new one is a folder and a line here.
#include "api/floors.h"

#include "cpu/floor.h"
#include "cuda/floor.h"
#include "net/error.h"
#include "reference/floor.h"

namespace mn::api {

namespace {

struct Entry {
    Entry(DeviceKind kind, const Floor& built) : device(kind), floor(&built) {}
    Entry(DeviceKind kind, const char* why) : device(kind), absent(why) {}

    DeviceKind device;
    const Floor* floor = nullptr;
    const char* absent = nullptr; // the sentence why the build left it out
};

// What is a macro comes from the floor's CMakeLists.txt: the floor, or why it is left out.
const Entry kFloors[] = {
    {DeviceKind::cpu, MN_CPU_FLOOR},
    {DeviceKind::cuda, MN_CUDA_FLOOR},
    {DeviceKind::reference, reference::kFloor},
};

} // namespace

const Floor* find_floor(DeviceKind device, std::string* reason) {
    for (const Entry& entry : kFloors) {
        if (entry.device != device)
            continue;
        if (reason)
            *reason = entry.absent ? entry.absent : "";
        return entry.floor;
    }
    throw Error(Status::internal, "a device without a floor");
}

const Floor& floor_of(DeviceKind device) {
    std::string reason;
    const Floor* floor = find_floor(device, &reason);
    if (!floor)
        throw Error(Status::unsupported, reason);
    return *floor;
}

const Floor& floor_for(const Placement& place) {
    const Floor& floor = floor_of(place.device);
    if (const std::string refusal = floor.refusal(place); !refusal.empty())
        throw Error(Status::unsupported, refusal);
    return floor;
}

} // namespace mn::api
