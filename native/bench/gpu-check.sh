#!/usr/bin/env bash
# Everything that only a machine with an NVIDIA GPU can say, in under ten minutes: the CUDA backend's results against the
# reference, compute-sanitizer, times by precision, batch and net, and PyTorch on the same card. Needs nvcc, CMake and
# g++; Google Test, compute-sanitizer and PyTorch are used where they are. Usage: native/bench/gpu-check.sh [BUILD_DIR]
set -uo pipefail
cd "$(dirname "$0")/../.."
build=${1:-build-gpu}
python=${PYTHON:-python3}
failed=0

step() { printf '\n=== %s (%d s so far)\n' "$1" "$SECONDS"; }
skipped() { printf 'SKIPPED %s\n' "$1"; }
must() { "$@" || { printf 'FAILED: %s\n' "$*"; failed=1; }; }

step "machine"
nvidia-smi --query-gpu=name,compute_cap,driver_version,memory.total,clocks.max.sm --format=csv || skipped "nvidia-smi"
nvcc --version | tail -2

step "build, with the compiler's report of registers and spills"
tests=OFF
if cmake --find-package -DNAME=GTest -DCOMPILER_ID=GNU -DLANGUAGE=CXX -DMODE=EXIST >/dev/null 2>&1; then tests=ON; fi
cmake -S . -B "$build" -DMN_CUDA=ON -DMN_TESTS=$tests -DMN_CUDA_REPORT=ON -DCMAKE_CUDA_ARCHITECTURES=native >"$build.log" ||
    { cat "$build.log"; exit 1; }
targets=(mn_cuda_bench)
[ $tests = ON ] && targets+=(mn_tests)
cmake --build "$build" -j "$(nproc)" --target "${targets[@]}" >>"$build.log" 2>&1 || { tail -50 "$build.log"; exit 1; }
grep -E 'Compiling entry|Used [0-9]+ registers' "$build.log" | sed 's/^ptxas info *: //'
grep -E '[1-9][0-9]* bytes spill' "$build.log" || echo "no spills"
bench=$build/native/bench/cuda/mn_cuda_bench

step "results against the reference"
must "$bench" check

step "the common backend tests and the CUDA backend's own"
if [ $tests = ON ]; then
    must "$build/tests/native/mn_tests" --gtest_brief=1 --gtest_filter='*/cuda:Cuda*'
else
    skipped "the test suite: no Google Test on this machine (libgtest-dev); the check above has its core"
fi

step "compute-sanitizer"
if command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck; do
        must timeout 120 compute-sanitizer --tool $tool --error-exitcode 1 "$bench" quick
    done
else
    skipped "compute-sanitizer: not on the PATH"
fi

step "times of the CUDA backend"
must "$bench" time

step "PyTorch on the same card"
if "$python" -c 'import torch' 2>/dev/null; then
    must timeout 200 "$python" native/bench/cuda/pytorch_step.py
else
    skipped "PyTorch: $python cannot import torch (PYTHON names another interpreter)"
fi

step "done"
exit $failed
