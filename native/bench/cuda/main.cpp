// The CUDA backend on the machine's first GPU: mn_cuda_bench check | small | time | quick | phases.
#include <cstdio>
#include <exception>
#include <string>

#include "agreement.h"
#include "cuda/host/device.h"
#include "timing.h"

namespace {

constexpr const char* kUsage = "usage: mn_cuda_bench check | small | time | quick | phases\n"
                               "check: against the reference; small: on small nets only, for compute-sanitizer\n"
                               "time: step and epoch times; quick: of one small net, to see that it runs\n"
                               "phases: of a step, in a build with MN_CUDA_PHASE_CLOCKS\n";

int run(const std::string& what) {
    std::string reason;
    if (mn::cuda::device_count(&reason) == 0) {
        std::printf("SKIPPED: %s\n", reason.c_str());
        return 77;
    }
    if (what == "check" || what == "small")
        return mn::bench::check_agreement(what == "small") == 0 ? 0 : 1;
    if (what == "phases")
        return mn::bench::time_phases() ? 0 : 77;
    mn::bench::time_training(what == "quick");
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::string what = argc == 2 ? argv[1] : "";
    if (what != "check" && what != "small" && what != "time" && what != "quick" && what != "phases") {
        std::fprintf(stderr, "%s", kUsage);
        return 2;
    }
    try {
        return run(what);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
