// What the fuzzer and the test of its corpus run.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mn::test {

// Aborts where the C ABI breaks its word.
void fuzz_api(const uint8_t* bytes, size_t size);

} // namespace mn::test
