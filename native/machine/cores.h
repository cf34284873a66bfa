// How many processor cores this process has.
#pragma once

namespace mn {

// Logical cores this process may use: its affinity mask, which a control group's cpuset is part of, cut by the CPU
// quota. At least 1.
int usable_cores();

// Threads that so many cores' worth of time keep busy: whole ones, at least 1.
int quota_threads(double cores);

} // namespace mn
