#include "machine/cores.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

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

// Cores' worth of time that the control group grants, or 0 where there is no limit.
double quota_cores() {
    std::string quota;
    double period = 0;
    std::ifstream unified("/sys/fs/cgroup/cpu.max");
    if (unified >> quota >> period && quota != "max" && period > 0)
        return std::stod(quota) / period;
    double microseconds = 0;
    std::ifstream quota_file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    std::ifstream period_file("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    if (quota_file >> microseconds && period_file >> period && microseconds > 0 && period > 0)
        return microseconds / period;
    return 0;
}

} // namespace

int usable_cores() {
    int cores = affinity_cores();
    if (const double quota = quota_cores(); quota > 0)
        cores = std::min(cores, static_cast<int>(std::ceil(quota)));
    return std::max(cores, 1);
}

} // namespace mn
