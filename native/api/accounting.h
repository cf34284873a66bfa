// Bytes that live objects of the library hold, for mn_native_bytes().
#pragma once

#include <atomic>
#include <cstdint>

namespace mn::api {

inline std::atomic<int64_t> live_bytes{0};

// One object's share; given back when the object goes. Any thread may ask.
class Account {
  public:
    Account() = default;
    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;
    ~Account() { set(0); }

    void set(int64_t bytes) { live_bytes += bytes - held_.exchange(bytes); }
    // For something that only grows: several threads may tell at once, in any order.
    void grow_to(int64_t bytes) {
        int64_t held = held_;
        while (bytes > held) {
            if (held_.compare_exchange_weak(held, bytes)) {
                live_bytes += bytes - held;
                return;
            }
        }
    }
    int64_t bytes() const { return held_; }

  private:
    std::atomic<int64_t> held_{0};
};

} // namespace mn::api
