// The calling thread's CUDA context: a device's primary one for as long as a guard lives, then the caller's own again.
#pragma once

#include <cstdint>
#include <optional>

namespace mn::cuda {

// Goes by the driver's stack of contexts where there is a driver, so that what the caller had comes back, whatever it
// was: a context of the driver API, or none at all. cudaSetDevice(), which would make a context on the caller's device
// to "restore" it, is used where there is no driver to ask: on a stand-in of the run-time library.
class DeviceGuard {
  public:
    explicit DeviceGuard(int device);
    DeviceGuard(const DeviceGuard&) = delete;
    DeviceGuard& operator=(const DeviceGuard&) = delete;
    ~DeviceGuard();

  private:
    int before_ = 0; // read only where there is no driver
};

// The first member of a class whose other members own what lies on a device: it is current while they are made, until
// made(), and while they are destroyed, from destroying() on.
class MemberGuard {
  public:
    explicit MemberGuard(int device) : device_(device) { guard_.emplace(device); }

    int device() const { return device_; }
    void made() { guard_.reset(); }
    void destroying() noexcept; // of a lost device there is nothing left to guard

  private:
    int device_;
    std::optional<DeviceGuard> guard_;
};

// Bytes free on a device now. Where nobody has a context there, one is made and given back, which may fail: throws.
int64_t free_memory(int device);

} // namespace mn::cuda
