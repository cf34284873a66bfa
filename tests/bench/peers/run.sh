#!/usr/bin/env bash
# Trains the article's net for three epochs with ours and with what users would pick instead, in turn on this machine,
# and prints one table of medians and ratios.
#   tests/bench/peers/run.sh        after: mvn package
# Needs java 17 and javac, Maven, g++, GNU time, and for the PyTorch rows a Python with torch >= 2.4 and numpy (PYTHON).
# Environment: ROUNDS (3), THREADS ("1 2"), PYTHON (python3), WORK (builds and results; target/peers), MN_BENCH (the
# native benchmark, which tells what the machine could do in each round; build/native/bench/mn_bench where it is there).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${WORK:-$root/target/peers}
python=${PYTHON:-python3}
jar=$root/target/mnist-native.jar
machine=${MN_BENCH:-$root/build/native/bench/mn_bench}
export EPOCHS=${EPOCHS:-3} INFER=1 MNIST_DIR=$work/mnist
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE # a wrong kernel chosen for the peers would flatter us
mkdir -p "$MNIST_DIR" "$work/ours" "$work/tensorflow"

for file in "$root"/java/dev/mnistnative/data/mnist/*.gz; do gzip -dc "$file" >"$MNIST_DIR/$(basename "$file" .gz)"; done

javac -d "$work/ours" -cp "$jar" "$here/Bench.java" "$here/MlpMnistNative.java"
[ -s "$work/tensorflow/classpath" ] || mvn -q -B -f "$here/tensorflow-pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile="$work/tensorflow/classpath"
javac -nowarn -d "$work/tensorflow" -cp "$(<"$work/tensorflow/classpath")" "$here/Bench.java" "$here/MlpTensorflow.java"
programs="ours ours-bf16 tensorflow"
if torch=$("$python" -c 'import torch; print(torch.__path__[0])' 2>/dev/null); then
    g++ -O2 -std=c++20 -DHAS_FUSED "$here/libtorch.cpp" -o "$work/libtorch" -isystem "$torch/include" \
        -isystem "$torch/include/torch/csrc/api/include" -L"$torch/lib" -Wl,-rpath,"$torch/lib" -ltorch -ltorch_cpu -lc10
    programs="$programs libtorch article"
else
    echo "SKIPPED libtorch and the article's program: $python has no torch (PYTHON names another)" >&2
fi

command_of() {
    case $1 in
    ours) run=(java -cp "$work/ours:$jar" MlpMnistNative) ;;
    ours-bf16) run=(env PRECISION=BF16 java -cp "$work/ours:$jar" MlpMnistNative) ;;
    tensorflow) run=(java -cp "$work/tensorflow:$(<"$work/tensorflow/classpath")" MlpTensorflow) ;;
    libtorch) run=("$work/libtorch") ;;
    article) run=("$python" "$here/article.py") ;;
    esac
}

: >"$work/results.txt"
: >"$work/machine.txt"
for ((round = 1; round <= ${ROUNDS:-3}; round++)); do
    if [ -x "$machine" ]; then
        "$machine" --benchmark_filter='machine/(fma_peak|core_to_core)' 2>/dev/null |
            sed -nE 's|^machine/(\S+)/iterations:3 .* (\S+)=(\S+)$|MACHINE \1 \3 \2|p' | tee -a "$work/machine.txt" >&2
    fi
    for threads in ${THREADS:-1 2}; do
        for program in $programs; do
            command_of "$program"
            OMP_NUM_THREADS=$threads command time -o "$work/time" -f '%e %M' "${run[@]}" >"$work/log" 2>"$work/stderr" ||
                { echo "$program failed:" >&2; tail -3 "$work/stderr" >&2; continue; }
            echo "$(<"$work/time")" $(grep -E '^(RESULT|INFER) ' "$work/log") | tee -a "$work/results.txt" >&2
        done
    done
done
"$python" "$here/table.py" --chart "$work/chart.svg" <"$work/results.txt"
echo "chart: $work/chart.svg"
