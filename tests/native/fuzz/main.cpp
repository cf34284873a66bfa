// libFuzzer's entry; its main() comes from -fsanitize=fuzzer.
#include "fuzz/api_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
    mn::test::fuzz_api(bytes, size);
    return 0;
}
