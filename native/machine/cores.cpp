#include "machine/cores.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "machine/control_groups.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace mn {

namespace {

int affinity_cores() {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        return CPU_COUNT(&set);
#endif
    return static_cast<int>(std::thread::hardware_concurrency());
}

} // namespace

int quota_threads(double cores) {
    return std::max(static_cast<int>(std::ceil(std::min(cores, 1e6))), 1);
}

int usable_cores() {
    const int cores = affinity_cores();
    const double quota = quota_cores("");
    return std::max(quota > 0 ? std::min(cores, quota_threads(quota)) : cores, 1);
}

} // namespace mn
