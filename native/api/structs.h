// Structs of the C ABI that begin with their size, as this library knows them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "api/checks.h"
#include "mnist_native.h"
#include "net/error.h"

namespace mn::api {

// What each is called in messages, and the size of its first version, which never changes: it ends behind the member
// that was the last one then.
template <class Struct>
struct Version;

#define MN_FIRST_VERSION(type, called, last)                                                                           \
    template <>                                                                                                        \
    struct Version<type> {                                                                                             \
        static constexpr const char* name = called;                                                                    \
        static constexpr uint32_t least = offsetof(type, last) + sizeof(type::last);                                   \
    }
MN_FIRST_VERSION(mn_net, "net", hidden_dropout);
MN_FIRST_VERSION(mn_placement, "placement", isa);
MN_FIRST_VERSION(mn_optimizer_options, "optimizer", nesterov);
MN_FIRST_VERSION(mn_loss_options, "loss", label_smoothing);
MN_FIRST_VERSION(mn_data, "data", features);
MN_FIRST_VERSION(mn_chunk, "chunk", learning_rates);
#undef MN_FIRST_VERSION

// No struct will ever be longer: a size beyond it was never set.
constexpr uint32_t kLongestStruct = 4096;

// A copy of the caller's struct. What an older caller's lacks is 0; what a newer caller's has besides must be 0.
template <class Struct>
Struct known(const Struct* given) {
    const std::string name = Version<Struct>::name;
    if (!given)
        refuse(name + " is NULL");
    uint32_t size; // the struct may be shorter than Struct
    std::memcpy(&size, given, sizeof size);
    if (size < Version<Struct>::least || size > kLongestStruct) {
        refuse("size: that of the " + name + " is " + std::to_string(size) + ", but must be at least " +
               std::to_string(Version<Struct>::least) + ": set it to the sizeof of the struct");
    }
    Struct copy{};
    std::memcpy(&copy, given, std::min<size_t>(size, sizeof copy));
    const auto* bytes = reinterpret_cast<const unsigned char*>(given);
    if (size > sizeof copy && std::any_of(bytes + sizeof copy, bytes + size, [](unsigned char b) { return b != 0; })) {
        throw Error(Status::unsupported, "size: the " + name +
                                             " asks for something that this version of the library does not know: use "
                                             "a newer one");
    }
    return copy;
}

// As much of the defaults as the caller's struct has room for; the rest of it is 0.
template <class Struct>
void give_defaults(Struct defaults, Struct* to, uint32_t size) {
    if (!to || size < sizeof size)
        return;
    std::memset(static_cast<void*>(to), 0, size);
    std::memcpy(static_cast<void*>(to), &defaults, std::min<size_t>(size, sizeof defaults));
    std::memcpy(static_cast<void*>(to), &size, sizeof size);
}

} // namespace mn::api
