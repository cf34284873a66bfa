#include "machine/memory.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "machine/control_groups.h"
#include "net/error.h"

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#endif

namespace mn {

namespace {

#if defined(_WIN32)
// Windows promises memory before it is used: beside what is free it has a limit on the sum of all promises.
int64_t system_available() {
    MEMORYSTATUSEX status = {};
    status.dwLength = sizeof(status);
    if (!GlobalMemoryStatusEx(&status))
        return INT64_MAX;
    return static_cast<int64_t>(std::min(status.ullAvailPhys, status.ullAvailPageFile));
}
#else
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
#endif

} // namespace

int64_t available_memory() {
    return std::min(system_available(), group_memory(""));
}

void require_memory(double bytes, const std::string& what) {
    constexpr double kMiB = 1024 * 1024;
    if (bytes < 16 * kMiB)
        return; // not worth asking
    const double available = static_cast<double>(available_memory());
    if (bytes <= available)
        return;
    throw Error(Status::out_of_memory, what + " needs " + std::to_string(static_cast<int64_t>(bytes / kMiB)) +
                                           " MiB, but " + std::to_string(static_cast<int64_t>(available / kMiB)) +
                                           " MiB of memory are free: make it smaller");
}

} // namespace mn
