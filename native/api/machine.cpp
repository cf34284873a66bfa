// mn_version, mn_last_error and what the machine offers.
#include "api/accounting.h"
#include "api/checks.h"
#include "api/guard.h"
#include "floor/floor.h"
#include "machine/cores.h"
#include "mnist_native.h"

using namespace mn::api;

const char* mn_version(void) {
    return MN_VERSION;
}

const char* mn_last_error(void) {
    return last_error();
}

int64_t mn_native_bytes(void) {
    return live_bytes;
}

mn_status mn_get_cpu_info(mn_cpu_info* info) {
    return guarded([&] {
        require(info != nullptr, "info is NULL");
        mn_cpu_info found{};
        copy_text(mn::cpu::isa_levels(), found.isa_levels, sizeof found.isa_levels);
        copy_text(mn::cpu::best_isa(), found.isa_best, sizeof found.isa_best);
        found.cores = mn::usable_cores();
        found.has_bf16 = mn::cpu::has_bf16();
        *info = found;
    });
}

mn_status mn_get_gpu_count(int32_t* count, char* reason, size_t capacity) {
    return guarded([&] {
        require(count != nullptr, "count is NULL");
        std::string why;
        *count = mn::cuda::device_count(&why);
        copy_text(why, reason, capacity);
    });
}

mn_status mn_get_gpu_info(int32_t index, mn_gpu_info* info) {
    return guarded([&] {
        require(info != nullptr, "info is NULL");
        std::string why;
        const int count = mn::cuda::device_count(&why);
        if (index < 0 || index >= count) {
            refuse("index: there is no GPU " + std::to_string(index) + (why.empty() ? "" : ": " + why));
        }
        const mn::cuda::DeviceInfo device = mn::cuda::device_info(index);
        mn_gpu_info found{};
        copy_text(device.name, found.name, sizeof found.name);
        found.total_memory = device.total_memory;
        found.free_memory = device.free_memory;
        found.compute_major = device.compute_major;
        found.compute_minor = device.compute_minor;
        found.multiprocessors = device.multiprocessors;
        found.driver_version = device.driver_version;
        found.runtime_version = device.runtime_version;
        *info = found;
    });
}
