#!/usr/bin/env bash
# The executable jar with the CUDA backend, on the stand-in device: trains the article's net for an epoch on 2,000
# images from the command line, with the CPU backend's losses within 1e-5. Besides: what "devices" says where there is
# no GPU, what "auto" takes where some are out of order, and the Java API on a caller's CUDA stream, with the same bits
# as on the trainer's own. Takes the jar as Maven built it and puts in the library of BUILD_DIR, for whose CUDA run-time
# library the stand-in steps in (cuda-standin.sh made both).
# Usage: CUDA_STANDIN=path/to/cuda-standin tests/native/cuda-standin-train.sh [BUILD_DIR [JAR]]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:-target/cuda-standin}
jar=${2:-target/mnist-native.jar}
standin=${CUDA_STANDIN:?set CUDA_STANDIN to the cuda-standin command}
work=$build/train

# says TEXT [VARIABLE=VALUE..]: the devices command, in this environment.
says() {
    local said
    said=$(env -u CUDA_VISIBLE_DEVICES "${@:2}" java -Dorg.bytedeco.javacpp.cachedir="$work/cache" \
        -jar "$work/mnist-native.jar" devices) || { echo "$said"; return 1; }
    if ! grep -F "$1" <<<"$said"; then
        printf '%s\nexpected: %s\n' "$said" "$1" >&2
        return 1
    fi
}

# on_device OPTIONS-OF-JAVA..: the jar, where GPU 0 is the stand-in.
on_device() {
    "$standin" run --allow-unused "$build/standin" -- java -Dorg.bytedeco.javacpp.cachedir="$work/cache" "$@"
}

# train DEVICE: its metrics in $work/DEVICE.jsonl
train() {
    on_device -jar "$work/mnist-native.jar" train --device "$1" --epochs 1 --limit 2000 --keep-last --progress never \
        --metrics "$work/$1.jsonl" --log-steps 1
}

rm -rf "$work"
binding=dev/mnistnative/binding/linux-x86_64
mkdir -p "$work/$binding"
cmake --build "$build" -j "$(nproc)" --target mnistnative mn_cuda_shim
cp "$build/lib/libmnistnative.so" "$work/$binding/"
cp "$jar" "$work/mnist-native.jar"
(
    cd "$work"
    jar xf mnist-native.jar $binding/libjnimnistnative.so
    cd $binding && sha256sum libmnistnative.so libjnimnistnative.so >libraries.sha256 # the loader holds them to it
)
jar uf "$work/mnist-native.jar" -C "$work" $binding/libmnistnative.so -C "$work" $binding/libraries.sha256

# What a run-time library says that meets a driver older than itself.
cat >"$work/old_driver.cpp" <<'CPP'
extern "C" int cudaGetDeviceCount(int* count) { return *count = 0, 35; } // cudaErrorInsufficientDriver
extern "C" int cudaDriverGetVersion(int* version) { return *version = 11040, 0; }
CPP
g++ -shared -fPIC -o "$work/old_driver.so" "$work/old_driver.cpp"
at_stand_in=LD_LIBRARY_PATH=$(realpath "$build/standin")
says "cuda:0: CUDA stand-in" "$at_stand_in"
says "cuda is not used: the NVIDIA driver finds no GPU: check with nvidia-smi" "$at_stand_in" CUDA_STANDIN_NO_DEVICE=1
says 'cuda is not used: CUDA_VISIBLE_DEVICES="" hides all GPUs from this process: unset or correct it' "$at_stand_in" \
    CUDA_STANDIN_NO_DEVICE=1 CUDA_VISIBLE_DEVICES=
says "cuda is not used: the NVIDIA driver is too old: it serves CUDA 11.4, this build needs CUDA" "$at_stand_in" \
    LD_PRELOAD="$work/old_driver.so"

# A context on a GPU that is not used, or on any GPU for a single sample, is a finding: cuda_shim.cpp.
shim=$(realpath "$build/shim/libcuda.so.1")

# auto TEXT DEVICE [VARIABLE=VALUE..]: trains a little with --device auto, which is to say TEXT and compute on DEVICE.
auto() {
    local said
    said=$(env "${@:3}" LD_PRELOAD="$shim" "$standin" run "$build/standin" -- \
        java -Dorg.bytedeco.javacpp.cachedir="$work/cache" -jar "$work/mnist-native.jar" train --device auto \
        --layers 784,16,10 --epochs 1 --limit 100 --keep-last --progress never --save "$work/model.safetensors" \
        --metrics "$work/auto.jsonl" 2>&1) ||
        { echo "$said"; return 1; }
    if ! grep -F "$1" <<<"$said" || ! grep -q "\"device\":\"$2\"" "$work/auto.jsonl"; then
        printf '%s\nexpected: %s, on %s\n' "$said" "$1" "$2" >&2
        return 1
    fi
}

auto "device auto: a GPU works" cuda:0 CUDA_SHIM_DEVICES=2 CUDA_SHIM_FORBIDDEN=1
auto "device auto: a GPU works" cuda:0 CUDA_SHIM_DEVICES=2 CUDA_SHIM_BROKEN=1:46
auto "no GPU is used: the GPU failed in cuDevicePrimaryCtxRetain on GPU 0: out of memory" cpu CUDA_SHIM_BROKEN=0:2
says "cuda:1: CUDA stand-in" "$at_stand_in" CUDA_SHIM_DEVICES=2 CUDA_SHIM_BROKEN=1:46 LD_PRELOAD="$shim"
says "cannot be used now: the GPU failed in cuDevicePrimaryCtxRetain on GPU 1" "$at_stand_in" CUDA_SHIM_DEVICES=2 \
    CUDA_SHIM_BROKEN=1:46 LD_PRELOAD="$shim"
printf '0%.0s,' {1..783} >"$work/one.csv"
echo 0 >>"$work/one.csv"
env CUDA_SHIM_FORBIDDEN=0 LD_PRELOAD="$shim" "$standin" run "$build/standin" -- \
    java -Dorg.bytedeco.javacpp.cachedir="$work/cache" -jar "$work/mnist-native.jar" predict --device auto \
    --model "$work/model.safetensors" "$work/one.csv"

on_device -cp "$work/mnist-native.jar" tests/java/dev/mnistnative/train/CallersStream.java
train cuda
train cpu
python3 - "$work/cuda.jsonl" "$work/cpu.jsonl" <<'PYTHON'
import json
import sys

cuda, cpu = ([json.loads(line) for line in open(name)] for name in sys.argv[1:])
if not cuda[0]["device"].startswith("cuda:") or cpu[0]["device"] != "cpu":
    sys.exit(f"the runs were on {cuda[0]['device']} and {cpu[0]['device']}, not on cuda and cpu")
losses = {
    f"{event['event']} {event.get('step', '')} {name}": (event[name], other[name])
    for event, other in zip(cuda, cpu, strict=True)
    for name in ("loss", "train_loss", "test_loss")
    if name in event
}
apart = {name: abs(a - b) for name, (a, b) in losses.items()}
print(f"{len(losses)} losses on cuda and cpu, at most {max(apart.values()):.1e} apart")
if len(losses) != 9:
    sys.exit("expected the losses of 7 steps and of the epoch, on training and test set")
wrong = [name for name in losses if not apart[name] <= 1e-5]
if wrong:
    sys.exit("not within 1e-5: " + ", ".join(f"{name} {losses[name][0]} and {losses[name][1]}" for name in wrong))
PYTHON
