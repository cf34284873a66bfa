// Inputs that a fuzzer found worth keeping, run in every build.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/api_fuzz.h"
#include "support/data.h"

namespace mn::test {

TEST(FuzzCorpus, the_c_abi_keeps_its_word) {
    int inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(tree_path("tests/native/fuzz/corpus"))) {
        SCOPED_TRACE(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        fuzz_api(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
        ++inputs;
    }
    EXPECT_GT(inputs, 0);
}

} // namespace mn::test
