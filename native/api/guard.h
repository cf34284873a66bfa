// Turns whatever a function of the C ABI throws into a status and a message.
#pragma once

#include <utility>

#include "mnist_native.h"

namespace mn::api {

// The calling thread's last message.
const char* last_error() noexcept;

// Called in a catch block: keeps the message of the exception that is on its way, returns its status.
mn_status status_of_current_exception() noexcept;

template <typename Body>
mn_status guarded(Body&& body) noexcept {
    try {
        std::forward<Body>(body)();
        return MN_OK;
    } catch (...) {
        return status_of_current_exception();
    }
}

} // namespace mn::api
