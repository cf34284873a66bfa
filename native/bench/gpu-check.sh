#!/usr/bin/env bash
# What only a machine with an NVIDIA GPU can say, in under ten minutes: the CUDA backend's results against the
# reference's, compute-sanitizer, times by precision, batch and net, and PyTorch on the same card. Needs nvcc of CUDA 12
# or newer, CMake 3.25 or newer, and g++; Google Test, Highway, compute-sanitizer and PyTorch are used where they are.
# No network, JDK or Maven. Usage: native/bench/gpu-check.sh [BUILD_DIR]
# Environment: PYTHON, the interpreter that has PyTorch; CMAKE_OPTIONS, more words for CMake; BUILT=1, BUILD_DIR was
# built on another machine, for this GPU's architecture, and nvcc and CMake are not needed; QUICK=1, no times, no test
# suite and no PyTorch, to try this script itself.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
build=${1:-build-gpu}
python=${PYTHON:-python3}
quick=${QUICK:-}
export MN_TREE=$PWD # the tests' data are this checkout's, wherever the tests were built
bench=$build/native/bench/cuda/mn_cuda_bench
failed=0

step() { printf '\n=== %s (%d s so far)\n' "$1" "$SECONDS"; }
skipped() { printf 'SKIPPED %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*"; failed=1; }
must() { "$@" || fail "$*"; }

# configure ON|OFF: with the test suite and the CPU backend, which it needs, or without both.
configure() {
    # shellcheck disable=SC2086 # the options are several words
    cmake -S . -B "$build" -DMN_CUDA=ON -DMN_TESTS="$1" -DMN_CPU="$1" -DMN_CUDA_REPORT=ON \
        -DCMAKE_CUDA_ARCHITECTURES=native ${CMAKE_OPTIONS:-} >"$build.log" 2>&1
}

step "machine"
if command -v nvidia-smi >/dev/null; then
    nvidia-smi --query-gpu=name,compute_cap,driver_version,memory.total,clocks.max.sm --format=csv
else
    skipped "nvidia-smi: not on the PATH"
fi
[ -n "${BUILT:-}" ] || nvcc --version | tail -2

step "build, with the compiler's report of registers and spills"
mkdir -p "$build"
tests=OFF
targets=(mn_cuda_bench)
if [ -n "${BUILT:-}" ]; then
    skipped "the build: BUILT=1"
    [ -x "$bench" ] || { echo "there is no $bench: build mn_cuda_bench and mn_tests, or leave BUILT out"; exit 1; }
    [ -n "$quick" ] || [ ! -x "$build/tests/native/mn_tests" ] || tests=ON
else
    if [ -n "$quick" ]; then
        configure OFF
    elif configure ON; then
        tests=ON
        targets+=(mn_tests)
    else
        configure OFF
    fi || { cat "$build.log"; exit 1; }
    cmake --build "$build" --parallel "$(nproc)" --target "${targets[@]}" >>"$build.log" 2>&1 ||
        { tail -50 "$build.log"; exit 1; }
    grep -E 'Compiling entry|Used [0-9]+ registers' "$build.log" | sed 's/^ptxas info *: //'
    grep -E '[1-9][0-9]* bytes spill' "$build.log" || echo "no spills"
fi

step "results against the reference"
must "$bench" check

step "the common backend tests and the CUDA backend's own"
if [ $tests = ON ]; then
    must timeout 120 "$build/tests/native/mn_tests" --gtest_brief=1 --gtest_filter='*/cuda:Cuda*'
else
    skipped "the test suite: it needs Google Test, zlib and Highway (libgtest-dev, zlib1g-dev, libhwy-dev), of which" \
        "the machine of the build lacks one, or QUICK=1; the check above has its core"
fi

step "compute-sanitizer"
if command -v compute-sanitizer >/dev/null; then
    # small runs each net by one launch, by one launch of a block a multiprocessor (the tool's patches take registers)
    # and by graphs. cudaErrorCooperativeLaunchTooLarge is no finding: the backend then takes graphs.
    for tool in memcheck racecheck synccheck initcheck; do
        must timeout 90 compute-sanitizer --tool $tool --report-api-errors no --error-exitcode 1 "$bench" small
    done
else
    skipped "compute-sanitizer: not on the PATH"
fi

step "times of the CUDA backend"
mode='time'
[ -n "$quick" ] && mode=quick
"$bench" $mode | tee "$build/times.txt" || fail "$bench $mode"

step "PyTorch on the same card"
: >"$build/pytorch.txt"
if [ -n "$quick" ]; then
    skipped "PyTorch: QUICK=1"
elif ! "$python" -c 'import torch' 2>/dev/null; then
    skipped "PyTorch: $python cannot import torch (PYTHON names another interpreter)"
else
    timeout 180 "$python" native/bench/cuda/pytorch_step.py | tee "$build/pytorch.txt"
    case $? in
    0) ;;
    124) echo "stopped after 180 s: the lines above count" ;;
    *) fail "$python native/bench/cuda/pytorch_step.py" ;;
    esac
fi

step "784-312-256-10, batch 320, shuffled"
# The last words of a line of times: us/step, its median, ms/epoch, share, %.
awk '
    function least(a, b) { return a == 0 || b < a ? b : a }
    FILENAME ~ /times/ && $1 == "784-312-256-10" && $2 == 320 && / shuffled / {
        precision = $3
        sub(",", "", precision)
        best[precision] = least(best[precision], $(NF - 4))
    }
    FILENAME ~ /pytorch/ && $1 == "batch" && $2 == 320 && $3 == "float32" && $5 == "shuffled" { torch[$4] = $6 }
    END {
        for (precision in best)
            printf "%-8s %9.2f us/step (an H200: 38.0 in float32, 35.2 in tf32, 34.1 in bf16)\n", precision,
                   best[precision]
        for (way in torch)
            if (best["float32"] > 0)
                printf "PyTorch, %-16s %9.2f us/step: %.1f times (the article'\''s program: at least 20 times)\n", way,
                       torch[way], torch[way] / best["float32"]
    }' "$build/times.txt" "$build/pytorch.txt"

step "done, $([ $failed = 0 ] && echo "nothing failed" || echo "something FAILED: see above")"
exit $failed
