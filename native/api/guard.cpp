#include "api/guard.h"

#include <cstddef>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <system_error>

#include "net/error.h"

namespace mn::api {

static_assert(static_cast<int>(Status::ok) == MN_OK);
static_assert(static_cast<int>(Status::invalid_argument) == MN_INVALID_ARGUMENT);
static_assert(static_cast<int>(Status::out_of_memory) == MN_OUT_OF_MEMORY);
static_assert(static_cast<int>(Status::unsupported) == MN_UNSUPPORTED);
static_assert(static_cast<int>(Status::device_error) == MN_DEVICE_ERROR);
static_assert(static_cast<int>(Status::busy) == MN_BUSY);
static_assert(static_cast<int>(Status::diverged) == MN_DIVERGED);
static_assert(static_cast<int>(Status::internal) == MN_INTERNAL);

namespace {

// Nothing to destroy at a thread's end: that would keep the library in memory for as long as the thread lives, when the
// JVM unloads it with a class loader.
constexpr size_t kMessageBytes = 2048;
thread_local char message[kMessageBytes];

constexpr const char* kNoMemory = "out of memory: use a smaller net or batch, or free other objects first";

mn_status keep(Status status, const char* text) noexcept {
    std::snprintf(message, kMessageBytes, "%s", text);
    return static_cast<mn_status>(status);
}

} // namespace

const char* last_error() noexcept {
    return message;
}

mn_status status_of_current_exception() noexcept {
    try {
        throw;
    } catch (const Error& e) {
        return keep(e.status(), e.what());
    } catch (const std::bad_alloc&) {
        return keep(Status::out_of_memory, kNoMemory);
    } catch (const std::length_error&) { // a size that no vector can have
        return keep(Status::out_of_memory, kNoMemory);
    } catch (const std::system_error&) { // std::thread's
        return keep(Status::out_of_memory, "the system has no thread left: set fewer threads");
    } catch (const std::exception& e) {
        return keep(Status::internal, e.what());
    } catch (...) {
        return keep(Status::internal, "unknown failure: please report it");
    }
}

} // namespace mn::api
