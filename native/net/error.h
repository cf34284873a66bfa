// The one exception of the native side. api/ turns it into a status and a message; it never leaves the library.
#pragma once

#include <stdexcept>
#include <string>

namespace mn {

// Same values as mn_status in mnist_native.h.
enum class Status { ok, invalid_argument, out_of_memory, unsupported, device_error, busy, diverged, internal };

class Error : public std::runtime_error {
  public:
    Error(Status status, const std::string& message) : std::runtime_error(message), status_(status) {}
    Status status() const { return status_; }

  private:
    Status status_;
};

} // namespace mn
