#!/usr/bin/env bash
# Trains a preset for several seeds and prints test accuracy and wall time of the process, mean and standard deviation.
#   tests/bench/presets.sh fast 10                       after: mvn package
#   tests/bench/presets.sh accurate 5 --threads 2        further options go to `train`
# Environment: RUN (java -jar target/mnist-native.jar), FIRST_SEED (0), MN_BENCH (the native benchmark, which tells what
# the machine can do before each run; build/native/bench/mn_bench where it is there).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
preset=${1:?which preset: fast, accurate, record}
seeds=${2:?how many seeds}
shift 2
run=${RUN:-java -jar $root/target/mnist-native.jar}
machine=${MN_BENCH:-$root/build/native/bench/mn_bench}
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

for ((seed = ${FIRST_SEED:-0}; seed < ${FIRST_SEED:-0} + seeds; seed++)); do
    if [ -x "$machine" ]; then
        "$machine" --benchmark_filter='machine/(fma_peak|core_to_core)' 2>/dev/null |
            sed -nE 's|^machine/(\S+)/iterations:3 .* (\S+)=(\S+)$|machine: \1 \3 \2|p' | paste -sd ';'
    fi
    began=$(date +%s%N)
    # shellcheck disable=SC2086 # a command and its arguments
    $run train --preset "$preset" --seed "$seed" --quiet --metrics "$work/m.jsonl" "$@" >"$work/out" 2>"$work/err" ||
        { cat "$work/err" >&2; exit 1; }
    wall=$((($(date +%s%N) - began) / 1000000))
    accuracy=$(grep '"event":"epoch"' "$work/m.jsonl" | tail -1 | sed -E 's/.*"test_accuracy":([0-9.eE-]+).*/\1/')
    training=$(grep '"event":"end"' "$work/m.jsonl" | sed -E 's/.*"seconds":([0-9.eE-]+).*/\1/')
    echo "seed $seed: test accuracy $accuracy, process $wall ms, training $training s"
    echo "$accuracy $wall" >>"$work/runs"
done
head -1 "$work/m.jsonl" | sed -E 's/.*("device":.*"precision":"[a-z0-9]+").*/\1/'
awk -v preset="$preset" '
    { a += 100 * $1; aa += 1e4 * $1 * $1; w += $2 / 1000; ww += $2 * $2 / 1e6 }
    function sd(sum, squares) { v = NR > 1 ? (squares - sum * sum / NR) / (NR - 1) : 0; return v > 0 ? sqrt(v) : 0 }
    END { printf "%s, %d seeds: test accuracy %.3f +- %.3f %%, process %.2f +- %.2f s\n",
              preset, NR, a / NR, sd(a, aa), w / NR, sd(w, ww) }' "$work/runs"
