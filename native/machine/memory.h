// How much memory the host can still give.
#pragma once

#include <cstdint>
#include <string>

namespace mn {

// Bytes that this process may still take without swapping: what the system has available, or what the control groups
// leave if that is less. INT64_MAX where the system does not say.
int64_t available_memory();

// Throws Error(out_of_memory) if there are not so many: to be asked before they are taken, since the system would give
// them and then kill the process. what: "the net of these sizes", say.
void require_memory(double bytes, const std::string& what);

} // namespace mn
