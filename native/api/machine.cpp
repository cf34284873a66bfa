// mn_version, mn_last_error and what the machine offers.
#include "api/accounting.h"
#include "api/checks.h"
#include "api/floors.h"
#include "api/guard.h"
#include "machine/cores.h"
#include "machine/isa.h"
#include "machine/memory.h"
#include "mnist_native.h"

using namespace mn::api;

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

const mn::Floor& floor_with_gpu(int32_t index) {
    std::string why;
    const mn::Floor* floor = mn::api::find_floor(mn::DeviceKind::cuda, &why);
    const int count = floor ? floor->device_count(&why) : 0;
    if (index < 0 || index >= count)
        refuse("index: there is no GPU " + std::to_string(index) + (why.empty() ? "" : ": " + why));
    return *floor;
}

} // namespace

const char* mn_version(void) {
    return MN_VERSION;
}

int32_t mn_abi_version(void) {
    return MN_ABI_VERSION;
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
        if (const mn::Floor* floor = mn::api::find_floor(mn::DeviceKind::cpu, nullptr)) {
            const std::vector<std::string> levels = floor->isa_levels();
            copy_text(joined(levels), found.isa_levels, sizeof found.isa_levels);
            copy_text(levels.back(), found.isa_best, sizeof found.isa_best);
        }
        found.cores = mn::usable_cores();
        found.has_bf16 = mn::machine_has_bf16();
        *info = found;
    });
}

int64_t mn_available_memory(void) {
    try {
        return mn::available_memory();
    } catch (...) {
        return INT64_MAX; // nothing is known
    }
}

mn_status mn_get_gpu_count(int32_t* count, char* reason, size_t capacity) {
    return guarded([&] {
        require(count != nullptr, "count is NULL");
        std::string why;
        const mn::Floor* floor = mn::api::find_floor(mn::DeviceKind::cuda, &why);
        *count = floor ? floor->device_count(&why) : 0;
        copy_text(why, reason, capacity);
    });
}

mn_status mn_get_gpu_info(int32_t index, mn_gpu_info* info) {
    return guarded([&] {
        require(info != nullptr, "info is NULL");
        const mn::DeviceInfo device = floor_with_gpu(index).device_info(index);
        mn_gpu_info found{};
        copy_text(device.name, found.name, sizeof found.name);
        found.total_memory = device.total_memory;
        found.compute_major = device.architecture_major;
        found.compute_minor = device.architecture_minor;
        found.multiprocessors = device.multiprocessors;
        found.driver_version = device.driver_version;
        found.runtime_version = device.runtime_version;
        *info = found;
    });
}

mn_status mn_get_gpu_free_memory(int32_t index, int64_t* bytes) {
    return guarded([&] {
        require(bytes != nullptr, "bytes is NULL");
        *bytes = floor_with_gpu(index).free_memory(index);
    });
}
