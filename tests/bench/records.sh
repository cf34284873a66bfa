#!/usr/bin/env bash
# The rows of docs/records.md, each by one command; after: mvn package
#   tests/bench/records.sh 98 [SEEDS]           time to 98 % of the test set; also 98.5, 99, 99.3, 99.5
#   tests/bench/records.sh plain [SEEDS]        the best net without deformed pictures
#   tests/bench/records.sh seeds [SEEDS]        seeds side by side against one after the other
# SEEDS: how many, from FIRST_SEED (0) on; 10 where it is not told, 3 for the rows that take minutes a seed.
# A time is the wall from the start of the process to the line of the first epoch after which the test accuracy is
# reached: the JVM's start, the data, training, and every evaluation until then. A seed that never gets there is told.
# Environment: RUN (java -jar target/mnist-native.jar), THREADS (2), MN_BENCH (the native benchmark, which tells what
# the machine can do beforehand; build/native/bench/mn_bench where it is there).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
row=${1:?which row: 98, 98.5, 99, 99.3, 99.5, plain, seeds}
run=${RUN:-java -jar $root/target/mnist-native.jar}
machine=${MN_BENCH:-$root/build/native/bench/mn_bench}
threads=${THREADS:-2}
first=${FIRST_SEED:-0}

case $row in
    98) recipe="--preset fast" seeds=10 ;;
    98.5) recipe="--preset fast --epochs 5 --augment light" seeds=10 ;;
    99) recipe="--preset fast --layers 784,800,10 --batch-size 128 --lr 2e-3 --epochs 10 --augment light" seeds=10 ;;
    99.3) recipe="--preset accurate" seeds=3 ;;
    99.5) recipe="--preset record" seeds=3 ;;
    plain) recipe="--preset fast --layers 784,1024,512,10 --lr 1e-3 --epochs 15 --dropout 0.5 --input-dropout 0.2"
        seeds=4 ;;
    seeds) recipe="--preset fast" seeds=8 ;;
    *) echo "records.sh: there is no row $row" >&2; exit 2 ;;
esac
seeds=${2:-$seeds}
last=$((first + seeds - 1))

if [ -x "$machine" ]; then
    "$machine" --benchmark_filter='machine/(fma_peak|core_to_core)' 2>/dev/null |
        sed -nE 's|^machine/(\S+)/iterations:3 .* (\S+)=(\S+)$|machine: \1 \3 \2|p' | paste -sd ';'
fi
sed -nE 's/^model name\s*: (.*)/processor: \1/p' /proc/cpuinfo | head -1
echo "train $recipe --threads $threads"

# Reads lines of numbers; prints count, mean, sample deviation, least and greatest of a column.
spread() {
    awk -v c="$1" -v unit="$2" '
        { x[NR] = $c; s += $c; if (NR == 1 || $c < lo) lo = $c; if (NR == 1 || $c > hi) hi = $c }
        END { if (NR == 0) { print "none"; exit }
              m = s / NR; for (i = 1; i <= NR; i++) v += (x[i] - m) ^ 2
              d = NR > 1 ? sqrt(v / (NR - 1)) : 0
              printf "%.4g +- %.2g %s (%.4g to %.4g, %d seeds)\n", m, d, unit, lo, hi, NR }'
}

since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f", b - a }'; }

# A seed's time to the accuracy, epochs until then, final accuracy and the process's time; "-" for never.
time_to() {
    local began=$EPOCHREALTIME reached=- epoch=0 at=- accuracy=0
    while read -r line; do
        epoch=$((epoch + 1))
        accuracy=$(sed -E 's/.* test_accuracy: ([0-9.]+) .*/\1/' <<<"$line")
        if [ "$reached" = - ] && awk -v a="$accuracy" -v t="$row" 'BEGIN { exit !(100 * a >= t - 1e-9) }'; then
            reached=$(since "$began") at=$epoch
        fi
    done < <($run train $recipe --seed "$1" --threads "$threads" --quiet)
    wait $! || { echo "records.sh: seed $1 failed" >&2; exit 1; }
    echo "$reached $at $accuracy $(since "$began")"
}

case $row in
    98 | 98.5 | 99 | 99.3 | 99.5)
        results=""
        for ((seed = first; seed <= last; seed++)); do
            result=$(time_to "$seed")
            echo "seed $seed: $row % after (s, epochs) ${result% * *}, at the end (accuracy, s) ${result#* * }"
            results+="$result"$'\n'
        done
        reached=$(grep '^[0-9]' <<<"$results" || true)
        echo "time to $row %: $(printf %s "$reached" | spread 1 s)"
        echo "reached by $(printf %s "$reached" | grep -c '^') of $seeds seeds"
        echo "final accuracy: $(printf %s "$results" | awk '{ print 100 * $3 }' | spread 1 %)"
        echo "whole process: $(printf %s "$results" | spread 4 s)"
        ;;
    plain)
        $run train $recipe --seeds "$first..$last" --threads "$threads" --quiet
        ;;
    seeds) # one after the other with all threads, with one thread, and side by side
        for mode in "$threads" 1; do
            began=$EPOCHREALTIME
            for ((seed = first; seed <= last; seed++)); do
                $run train $recipe --seed "$seed" --threads "$mode" --quiet >/dev/null
            done
            echo "$seeds processes one after the other, $mode threads: $(since "$began") s"
        done
        began=$EPOCHREALTIME
        $run train $recipe --seeds "$first..$last" --threads "$threads" --quiet | tail -2
        echo "--seeds $first..$last, $threads threads: $(since "$began") s"
        ;;
esac
