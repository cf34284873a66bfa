#include "machine/control_groups.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace mn {

namespace {

// A hierarchy of groups: version 2 has one for all controllers, version 1 one for each.
struct Hierarchy {
    std::string mount; // the folder of the highest group that can be seen
    std::string own;   // that of the process's group, below the mount: "" or "/a/b"
    bool unified = false;

    // The process's group first, then all it is in.
    std::vector<std::string> groups() const {
        std::vector<std::string> folders;
        for (std::string path = own;; path.resize(path.rfind('/'))) {
            folders.push_back(mount + path);
            if (path.empty())
                return folders;
        }
    }
};

bool holds(const std::string& list, std::string_view word) {
    std::istringstream words(list);
    for (std::string one; std::getline(words, one, ',');) {
        if (one == word)
            return true;
    }
    return false;
}

// The path after the controller in /proc/self/cgroup: "0::/a/b" for version 2, "4:cpu,cpuacct:/a/b" for version 1.
std::optional<std::string> group_path(const SystemRoot& root, std::string_view controller, bool unified) {
    std::ifstream file(root + "/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const size_t first = line.find(':');
        const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos)
            continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        if (unified ? controllers.empty() : holds(controllers, controller))
            return line.substr(second + 1);
    }
    return std::nullopt;
}

// Where the process's group lies below a mount that shows the hierarchy from mount_root on. A container may see less of
// it than its path tells: then the mount itself is the nearest that can be seen.
std::string below_mount(std::string path, const std::string& mount_root) {
    if (mount_root != "/") {
        if (path.compare(0, mount_root.size(), mount_root) != 0)
            return "";
        path.erase(0, mount_root.size());
    }
    if (path.find("..") != std::string::npos || path == "/" || (!path.empty() && path.front() != '/'))
        return "";
    return path;
}

// From /proc/self/mountinfo: "36 35 0:30 ROOT MOUNT OPTIONS ... - TYPE SOURCE SUPER_OPTIONS".
std::optional<Hierarchy> hierarchy(const SystemRoot& root, std::string_view controller, bool unified) {
    const std::optional<std::string> path = group_path(root, controller, unified);
    if (!path)
        return std::nullopt;
    std::ifstream file(root + "/proc/self/mountinfo");
    for (std::string line; std::getline(file, line);) {
        const size_t dash = line.find(" - ");
        if (dash == std::string::npos)
            continue;
        std::istringstream before(line), after(line.substr(dash + 3));
        std::string id, parent, device, mount_root, mount, type, source, options;
        before >> id >> parent >> device >> mount_root >> mount;
        after >> type >> source >> options;
        if (unified ? type == "cgroup2" : type == "cgroup" && holds(options, controller))
            return Hierarchy{root + mount, below_mount(*path, mount_root), unified};
    }
    return std::nullopt;
}

std::vector<Hierarchy> hierarchies(const SystemRoot& root, std::string_view controller) {
    std::vector<Hierarchy> found;
    for (const bool unified : {true, false}) {
        if (std::optional<Hierarchy> one = hierarchy(root, controller, unified))
            found.push_back(std::move(*one));
    }
    return found;
}

// The number that a file begins with; nothing where there is no such file, or it holds "max".
std::optional<int64_t> number_in(const std::string& path) {
    std::ifstream file(path);
    int64_t number = 0;
    return file >> number ? std::optional(number) : std::nullopt;
}

// "KEY 12345" of a file of such lines, or 0.
int64_t entry_in(const std::string& path, std::string_view key) {
    std::ifstream file(path);
    int64_t number = 0;
    for (std::string name; file >> name >> number;) {
        if (name == key)
            return number;
    }
    return 0;
}

double cores_of(const std::string& folder, bool unified) {
    std::optional<int64_t> quota, period;
    if (unified) {
        std::ifstream file(folder + "/cpu.max");
        int64_t first = 0, second = 0;
        if (file >> first >> second) {
            quota = first;
            period = second;
        }
    } else {
        quota = number_in(folder + "/cpu.cfs_quota_us");
        period = number_in(folder + "/cpu.cfs_period_us");
    }
    const bool limited = quota.value_or(-1) > 0 && period.value_or(0) > 0;
    return limited ? static_cast<double>(*quota) / static_cast<double>(*period) : 0;
}

// Files that were read lie in memory, too, and count as used; those not in use are dropped for whoever needs it.
int64_t memory_of(const std::string& folder, bool unified) {
    int64_t limit = INT64_MAX;
    for (const char* name : {"/memory.max", "/memory.high", "/memory.limit_in_bytes"})
        limit = std::min(limit, number_in(folder + name).value_or(INT64_MAX));
    if (limit >= INT64_MAX / 2) // version 1 says "none" with a number near the largest
        return INT64_MAX;
    const int64_t used = number_in(folder + (unified ? "/memory.current" : "/memory.usage_in_bytes")).value_or(0);
    const int64_t files = entry_in(folder + "/memory.stat", unified ? "inactive_file" : "total_inactive_file");
    return std::max<int64_t>(limit - std::max<int64_t>(used - files, 0), 0);
}

} // namespace

double quota_cores(const SystemRoot& root) {
    double least = 0;
    for (const Hierarchy& one : hierarchies(root, "cpu")) {
        for (const std::string& folder : one.groups()) {
            const double cores = cores_of(folder, one.unified);
            least = least == 0 || (cores > 0 && cores < least) ? cores : least;
        }
    }
    return least;
}

int64_t group_memory(const SystemRoot& root) {
    int64_t least = INT64_MAX;
    for (const Hierarchy& one : hierarchies(root, "memory")) {
        for (const std::string& folder : one.groups())
            least = std::min(least, memory_of(folder, one.unified));
    }
    return least;
}

} // namespace mn
