// The CUDA backend on the machine's first GPU: mn_cuda_bench check | time | quick.
#include <cstdio>
#include <cstring>
#include <exception>

#include "agreement.h"
#include "model/backend.h"
#include "timing.h"

namespace {

int run(const char* what) {
    std::string reason;
    if (mn::cuda::device_count(&reason) == 0) {
        std::printf("SKIPPED: %s\n", reason.c_str());
        return 77;
    }
    if (std::strcmp(what, "check") == 0)
        return mn::bench::check_agreement() == 0 ? 0 : 1;
    mn::bench::time_training(std::strcmp(what, "quick") == 0);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const char* what = argc == 2 ? argv[1] : "";
    if (std::strcmp(what, "check") != 0 && std::strcmp(what, "time") != 0 && std::strcmp(what, "quick") != 0) {
        std::fprintf(stderr, "usage: mn_cuda_bench check | time | quick\n");
        return 2;
    }
    try {
        return run(what);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
