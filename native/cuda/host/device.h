// What GPUs there are, and why there are none.
#pragma once

#include <string>

#include "floor/floor.h"

namespace mn::cuda {

// 0 and the reason where none can be used; never throws.
int device_count(std::string* reason);
// Neither needs nor makes a context there.
DeviceInfo device_info(int index);
// The device that a placement names. Throws unsupported, with the reason, if there is none.
int usable_device(const Placement& place);

} // namespace mn::cuda
