// What GPUs there are, and why there are none.
#pragma once

#include <string>

#include "floor/floor.h"

namespace mn::cuda {

// 0 and the reason where none can be used; never throws.
int device_count(std::string* reason);
DeviceInfo device_info(int index);

} // namespace mn::cuda
