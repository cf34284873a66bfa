#include "machine/memory.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace mn {

namespace {

// "MemAvailable:   12345 kB" of /proc/meminfo
int64_t system_available() {
    std::ifstream file("/proc/meminfo");
    for (std::string key; file >> key;) {
        int64_t kibibytes = 0;
        if (key == "MemAvailable:" && file >> kibibytes)
            return kibibytes * 1024;
    }
    return INT64_MAX;
}

// The file holds a number, or "max" where there is no limit.
int64_t group_limit() {
    std::ifstream file("/sys/fs/cgroup/memory.max");
    int64_t bytes = 0;
    return file >> bytes ? bytes : INT64_MAX;
}

} // namespace

int64_t available_memory() {
    return std::min(system_available(), group_limit());
}

} // namespace mn
