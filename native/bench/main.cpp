// Measures this machine and the CPU backend on it. On a shared machine use --benchmark_repetitions and read the
// minimum; two-thread figures mean something only beside machine/fma_peak and machine/core_to_core of the same run.
// --predict [--cache_cores=8] [--near_ns=50] [--far_ns=190]: what a step would take on more cores than there are
// (predict.cpp).
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cpu/kernels/isa.h"
#include "predict.h"
#include "support.h"

namespace {

// Whether the prediction is asked for, and for which machine; exits at an option that is none.
bool asks_for_prediction(int argc, char** argv, mn::bench::Topology& topology) {
    if (argc < 2 || std::string_view(argv[1]) != "--predict")
        return false;
    for (int i = 2; i < argc; ++i) {
        const std::string option = argv[i];
        const size_t equals = option.find('=');
        const double value = equals == std::string::npos ? 0 : std::atof(option.c_str() + equals + 1);
        if (option.starts_with("--cache_cores=") && value >= 1) {
            topology.cache_cores = static_cast<int>(value);
        } else if (option.starts_with("--near_ns=") && value > 0) {
            topology.near_ns = value;
        } else if (option.starts_with("--far_ns=") && value > 0) {
            topology.far_ns = value;
        } else {
            std::fprintf(stderr, "--predict takes --cache_cores=CORES, --near_ns=NS and --far_ns=NS, not %s\n",
                         argv[i]);
            std::exit(1);
        }
    }
    return true;
}

} // namespace

int main(int argc, char** argv) {
    mn::bench::Topology topology;
    if (asks_for_prediction(argc, argv, topology)) {
        mn::bench::print_prediction(topology);
        return 0;
    }
    mn::bench::register_machine();
    mn::bench::register_phases();
    mn::bench::register_steps();
    mn::bench::register_inference();
    benchmark::AddCustomContext("isa_best", mn::cpu::best_isa());
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
