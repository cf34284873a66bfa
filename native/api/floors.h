// The floors of this build.
#pragma once

#include <string>

#include "floor/floor.h"

namespace mn::api {

// The floor that computes on such a device. Error(unsupported) with the reason where the build left it out.
const Floor& floor_of(DeviceKind device);
// The floor that computes there. Error(unsupported) where it refuses to, or the build left it out.
const Floor& floor_for(const Placement& place);
// The floor of a device, or null and the reason.
const Floor* find_floor(DeviceKind device, std::string* reason);

} // namespace mn::api
