// Measures this machine and the CPU backend on it. On a shared machine use --benchmark_repetitions and read the
// minimum; two-thread figures mean something only beside machine/fma_peak and machine/core_to_core of the same run.
#include <benchmark/benchmark.h>

#include "cpu/kernels/isa.h"
#include "support.h"

int main(int argc, char** argv) {
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
