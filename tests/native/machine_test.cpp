// What control groups allow: made-up trees of /proc and /sys.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "machine/control_groups.h"
#include "machine/cores.h"
#include "machine/memory.h"
#include "net/error.h"

namespace mn::test {
namespace {

class ControlGroups : public testing::Test {
  protected:
    ControlGroups() {
        std::filesystem::path folder;
        do { // a name of its own: tests run side by side
            folder = std::filesystem::temp_directory_path() / ("mn-groups-" + std::to_string(std::random_device()()));
        } while (!std::filesystem::create_directory(folder));
        root_ = folder.string();
    }
    ~ControlGroups() override { std::filesystem::remove_all(root_); }

    void file(const std::string& path, const std::string& text) const {
        const std::filesystem::path whole = root_ + path;
        std::filesystem::create_directories(whole.parent_path());
        std::ofstream(whole) << text;
    }
    // Version 2, seen from `mount_root` of the hierarchy on.
    void unified(const std::string& own, const std::string& mount_root = "/") const {
        file("/proc/self/cgroup", "0::" + own + "\n");
        file("/proc/self/mountinfo", "22 1 0:20 / / rw - ext4 /dev/vda rw\n30 22 0:26 " + mount_root +
                                         " /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n");
    }
    void version_1(const std::string& own) const {
        file("/proc/self/cgroup", "9:cpuset:/\n4:cpu,cpuacct:" + own + "\n3:memory:" + own + "\n0::/\n");
        file("/proc/self/mountinfo", "31 22 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                                     "32 22 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                                     "33 22 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    }

    std::string root_;
    static constexpr int64_t kMiB = 1 << 20;
};

TEST_F(ControlGroups, nothing_is_no_limit) {
    EXPECT_EQ(quota_cores(root_), 0);
    EXPECT_EQ(group_memory(root_), INT64_MAX);
    unified("/");
    file("/sys/fs/cgroup/cpu.max", "max 100000\n");
    file("/sys/fs/cgroup/memory.max", "max\n");
    EXPECT_EQ(quota_cores(root_), 0);
    EXPECT_EQ(group_memory(root_), INT64_MAX);
    version_1("/");
    file("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    file("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    EXPECT_EQ(quota_cores(root_), 0);
    EXPECT_EQ(group_memory(root_), INT64_MAX);
}

TEST_F(ControlGroups, the_processes_own_group_and_all_above_count) {
    unified("/a.slice/b.service");
    const std::string top = "/sys/fs/cgroup";
    file(top + "/a.slice/cpu.max", "150000 100000\n");
    file(top + "/a.slice/b.service/cpu.max", "max 100000\n");
    EXPECT_EQ(quota_cores(root_), 1.5);
    file(top + "/a.slice/b.service/cpu.max", "50000 100000\n");
    EXPECT_EQ(quota_cores(root_), 0.5);
    file(top + "/a.slice/other/cpu.max", "1000 100000\n"); // somebody else's
    EXPECT_EQ(quota_cores(root_), 0.5);

    file(top + "/a.slice/memory.max", "1073741824\n");
    file(top + "/a.slice/memory.current", std::to_string(900 * kMiB));
    EXPECT_EQ(group_memory(root_), 124 * kMiB);
    file(top + "/a.slice/memory.stat", "anon 1\ninactive_file " + std::to_string(300 * kMiB) + "\nactive_file 7\n");
    EXPECT_EQ(group_memory(root_), 424 * kMiB);
    file(top + "/a.slice/b.service/memory.max", "max\n");
    file(top + "/a.slice/b.service/memory.high", std::to_string(600 * kMiB));
    file(top + "/a.slice/b.service/memory.current", std::to_string(500 * kMiB));
    EXPECT_EQ(group_memory(root_), 100 * kMiB);
    file(top + "/a.slice/b.service/memory.current", std::to_string(700 * kMiB));
    EXPECT_EQ(group_memory(root_), 0);
}

TEST_F(ControlGroups, version_1_has_a_tree_for_each_controller) {
    version_1("/docker/c0ffee");
    const std::string cpu = "/sys/fs/cgroup/cpu,cpuacct/docker", memory = "/sys/fs/cgroup/memory/docker";
    file(cpu + "/cpu.cfs_quota_us", "250000\n");
    file(cpu + "/cpu.cfs_period_us", "100000\n");
    file(cpu + "/c0ffee/cpu.cfs_quota_us", "-1\n");
    file(cpu + "/c0ffee/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(quota_cores(root_), 2.5);
    file(memory + "/c0ffee/memory.limit_in_bytes", std::to_string(600 * kMiB));
    file(memory + "/c0ffee/memory.usage_in_bytes", std::to_string(150 * kMiB));
    file(memory + "/c0ffee/memory.stat", "cache 1\ntotal_inactive_file " + std::to_string(50 * kMiB) + "\n");
    EXPECT_EQ(group_memory(root_), 500 * kMiB);
}

TEST_F(ControlGroups, a_container_may_see_its_part_only) {
    for (const char* own : {"/docker/c0ffee", "/../../elsewhere", "/another"}) {
        unified(own, "/docker/c0ffee"); // the mount shows the container's group as its top
        file("/sys/fs/cgroup/cpu.max", "200000 100000\n");
        EXPECT_EQ(quota_cores(root_), 2) << own;
    }
    unified("/docker/c0ffee/job", "/docker/c0ffee");
    file("/sys/fs/cgroup/job/cpu.max", "100000 100000\n");
    EXPECT_EQ(quota_cores(root_), 1);
}

TEST(Machine, half_a_core_is_a_thread) {
    EXPECT_EQ(quota_threads(0.5), 1);
    EXPECT_EQ(quota_threads(0.01), 1);
    EXPECT_EQ(quota_threads(1.5), 2);
    EXPECT_EQ(quota_threads(2), 2);
    EXPECT_EQ(quota_threads(1e300), 1000000);
}

TEST(Machine, this_one_has_cores_and_memory) {
    EXPECT_GE(usable_cores(), 1);
    EXPECT_GT(available_memory(), 0);
    EXPECT_LT(available_memory(), INT64_MAX) << "the system does not say how much it has";
    EXPECT_NO_THROW(require_memory(1, "a byte"));
    EXPECT_THROW(require_memory(1e18, "an exabyte"), Error);
}

} // namespace
} // namespace mn::test
