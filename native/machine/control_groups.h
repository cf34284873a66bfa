// What the control groups that this process is in leave it. A group's limits hold for all below it, so that the lowest
// from the process's own group up to the root counts.
#pragma once

#include <cstdint>
#include <string>

namespace mn {

// A folder that /proc and /sys are looked for in: "" is the system's own.
using SystemRoot = std::string;

// Cores' worth of time that the CPU quota grants, or 0 where there is none.
double quota_cores(const SystemRoot& root);

// Bytes until the lowest memory limit: what is used and cannot be dropped is taken off. INT64_MAX where there is no
// limit.
int64_t group_memory(const SystemRoot& root);

} // namespace mn
