#!/usr/bin/env bash
# Runs the CUDA backend's tests without a GPU: on the stand-in device, which translates the kernels' PTX for the host.
# Looks for wrong results, accesses out of bounds, races, threads that meet at different barriers and deadlocks, in
# several thread orders, injects faults, and trains from the command line.
# Usage: CUDA_STANDIN=path/to/cuda-standin tests/native/cuda-standin.sh [BUILD_DIR]
# PHASE=build: only builds what the runs need; PHASE=run: runs what was built. Neither: both.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:-target/cuda-standin}
standin=${CUDA_STANDIN:?set CUDA_STANDIN to the cuda-standin command}
tests=$build/tests/native/mn_tests
device=$build/standin

step() { printf -- '--- %s (%d s so far)\n' "$1" "$SECONDS"; }

# on_device "options of cuda-standin run" filter [what of $device]
on_device() {
    step "cuda-standin run ${3:-} $1, tests $2"
    # shellcheck disable=SC2086 # the options are several words
    "$standin" run "$device${3:-}" $1 -- "$tests" --gtest_brief=1 --gtest_filter="$2"
}

# A run on the stand-in keeps one core busy, so two go on side by side. later COMMAND..: begins one. now: waits for it,
# prints what it printed and fails where it failed.
beside=
trap '[ -z "$beside" ] || kill -- "-$beside" 2>/dev/null || true' EXIT
later() {
    set -m # a process group of its own, to be ended as a whole
    "$@" >"$build/beside.log" 2>&1 </dev/null &
    beside=$!
    set +m
}
now() {
    local code=0
    wait "$beside" || code=$?
    beside=
    cat "$build/beside.log"
    return "$code"
}

# with_fault VARIABLE=value test
with_fault() {
    step "$1: $2"
    local said
    said=$(env "$1" "$standin" run "$device" -- "$tests" --gtest_filter="$2") || { echo "$said"; return 1; }
    grep -E '^\[ +(OK|SKIPPED|FAILED) +\] .*ms' <<<"$said"
    if ! grep -q '^\[  PASSED  \] 1 test' <<<"$said"; then
        echo "$2 did not run" >&2
        return 1
    fi
}

# with_shim "VARIABLE=value..." filter: behind tests/native/cuda_shim.cpp
with_shim() {
    step "shim $1: $2"
    local said
    # shellcheck disable=SC2086 # the variables are several words
    said=$(env $1 LD_PRELOAD="$shim" "$standin" run "$device" -- "$tests" --gtest_filter="$2" 2>&1) ||
        { echo "$said"; return 1; }
    if ! grep -E '^\[  PASSED  \] [1-9]' <<<"$said" || grep -E '^\[  SKIPPED \] [1-9]' <<<"$said"; then
        echo "$2 did not run" >&2
        return 1
    fi
}

# translate FOLDER OPTION..: the kernels as a run-time library there
translate() {
    "$standin" build -o "$1" --compile-commands "$build/compile_commands.json" -O 1 -X=--expt-relaxed-constexpr "${@:2}"
}

build() {
    step "build for the stand-in: shared run-time library; one architecture, as PTX, since its device code never runs"
    cmake -S . -B "$build" -DMN_CUDA=ON -DCMAKE_CUDA_RUNTIME_LIBRARY=Shared -DCMAKE_CUDA_ARCHITECTURES=80-virtual \
        -DMN_UNITY=ON -DMN_CUDA_STATIC_STAGES=ON
    cmake --build "$build" -j "$(nproc)" --target mn_tests mn_cuda_bench mn_cuda_shim
    translate "$device"
    translate "$device-75" --arch 75 # whose kernels are others: no tensor cores, less shared memory
    CXX=$PWD/tests/native/standin/truncating-g++ translate "$device-truncating"
}

case ${PHASE:-all} in
all) build ;;
build)
    build # not in a list with &&, which would go on behind an error
    exit
    ;;
run) step "the stand-in's build is there already" ;;
*)
    echo "PHASE is build or run, not $PHASE" >&2
    exit 2
    ;;
esac

export MN_GOLDEN_STEPS=20 # of PyTorch's 50 and 200: a step takes a tenth of a second here
later on_device "--check" '*/cuda:Cuda.*:-Heavy/*'
# Races: the orders of threads differ in what is common to all runs, which Cuda.* visits; what takes minutes under the
# race detector computes by the same kernels as the tests that stay.
on_device "--race --check --order all" 'Cuda.*'
slow='Heavy/*:SameBits.*:Golden.optimizers*:Golden.small_nets*:Breadth.*:TargetLoss.every_loss*'
slow+=':WithDropout.first_gradient*:AgainstReference.every_optimizer*'
now
later on_device "--race --order 3" "*/cuda:-$slow"
CUDA_STANDIN_CC=75 on_device "--check --race" \
    'Golden.cross_entropy*/cuda:AgainstReference.first_gradient_batch_31/cuda:Cuda.many_classes*:Cuda.the_engine*' -75
for capability in 86 90; do # the first computes float32 by FMA, the second by tensor cores
    CUDA_STANDIN_CC=$capability on_device "--check" \
        'Cuda.the_engine*:AgainstReference.first_gradient_batch_31/cuda:Cuda.many_classes*'
done
step "float32 on tensor cores that cut off, as a GPU's do"
"$standin" run "$device-truncating" -- "$build/native/bench/cuda/mn_cuda_bench" check

with_fault CUDA_STANDIN_NO_DEVICE=1 CudaFaults.no_device
with_fault CUDA_STANDIN_OOM_AFTER=400000 CudaFaults.out_of_memory
with_fault CUDA_STANDIN_OOM_AFTER=400000 CudaFaults.out_of_memory_for_the_net
with_fault CUDA_STANDIN_FAIL_LAUNCH=2 CudaFaults.a_failed_launch_ends_this_trainer_only
with_fault CUDA_STANDIN_REPORT=/dev/null CudaFaults.a_stream_that_is_gone_is_refused_and_the_trainer_lives

shim=$(realpath "$build")/shim/libcuda.so.1
for refusal in CUDA_SHIM_COOPERATIVE=720 CUDA_SHIM_COOPERATIVE=701 CUDA_SHIM_COOPERATIVE=801 CUDA_SHIM_OCCUPANCY=0; do
    with_shim $refusal CudaFaults.a_launch_that_does_not_fit_is_made_of_graphs
done
for fault in 214 220 226; do # of memory, of a link, and one that the GPU contained
    with_shim CUDA_SHIM_KERNEL=$fault CudaFaults.a_fault_of_the_hardware_ends_work_on_this_gpu
done
for fault in COUNT=802 BROKEN=0:802; do
    with_shim CUDA_SHIM_$fault CudaFaults.a_system_that_is_not_ready_asks_for_its_service
done
with_shim "CUDA_SHIM_DEVICES=2 CUDA_SHIM_FORBIDDEN=0" CudaFaults.other_gpus_and_the_callers_context_are_left_alone
with_shim "CUDA_SHIM_DEVICES=2 CUDA_SHIM_FORBIDDEN=1" 'Cuda.works_on_the_callers_stream'
with_shim "CUDA_SHIM_DEVICES=2 CUDA_SHIM_BROKEN=1:46" CudaFaults.a_gpu_that_is_out_of_order_does_not_hide_the_others
# Asynchronous copies: their sources live and stay, their targets are not looked at before they are done.
with_shim CUDA_SHIM_DEVICES=1 'Cuda.*'
step "the program that checks and times a GPU: native/bench/gpu-check.sh"
for mode in small quick; do
    "$standin" run "$device" -- "$build/native/bench/cuda/mn_cuda_bench" $mode
done

step "train from the command line, on the stand-in and on the CPU"
if [ -f target/mnist-native.jar ]; then
    tests/native/cuda-standin-train.sh "$build" target/mnist-native.jar
else
    echo "SKIPPED the command line on the stand-in: no target/mnist-native.jar, which mvn package builds"
fi
now
step "done"
