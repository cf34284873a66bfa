// How much memory the host can still give.
#pragma once

#include <cstdint>

namespace mn {

// Bytes that this process may still take without swapping: what the system has available, or the control group's limit
// if that is lower. INT64_MAX where the system does not say.
int64_t available_memory();

} // namespace mn
