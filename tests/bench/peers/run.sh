#!/usr/bin/env bash
# Trains the article's net for some epochs with ours and with what users would pick instead, in turn on this machine, by
# batch size, on MNIST and on MNIST standardised (no zeros to leave out), and prints tables of medians and ratios.
#   tests/bench/peers/run.sh build        after: mvn package. Fetches and builds what is measured, and measures nothing
#   tests/bench/peers/run.sh [BATCH...]   builds what is missing and measures these batches; none named: 64 320 4096
#   tests/bench/peers/run.sh table        the tables of what was measured so far
# What a round measured is kept in WORK: a run that was ended goes on with the round it was in. FRESH=1 begins anew.
# Needs java 17 and javac, Maven, GNU time. LibTorch C++ needs g++ and one of: LIBTORCH, a folder with include/ and lib/
# of LibTorch >= 2.4; TORCH_WHEEL, a file of Python's torch >= 2.4 for this platform, which is only unpacked (unzip);
# PYTHON with torch >= 2.4 (and numpy for the article's own program); Debian's libtorch-dev, which is 1.13.
# Environment: ROUNDS (5), THREADS (2; "1 2" for both), DATA ("mnist standardized"), EPOCHS (3, below batch 320 two; all
# but the first count), PROGRAMS (which of: ours ours-bf16 libtorch tensorflow javacpp article), WORK (builds and
# results; target/peers), MN_BENCH (the native benchmark, which tells what the machine could do in each round;
# build/native/bench/mn_bench where it is there).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${WORK:-$root/target/peers}
python=${PYTHON:-python3}
jar=$root/target/mnist-native.jar
machine=${MN_BENCH:-$root/build/native/bench/mn_bench}
export MNIST_DIR=$work/mnist
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE # a wrong kernel chosen for the peers would flatter us
[ -s "$jar" ] || { echo "$jar is not there: run mvn package first" >&2; exit 1; }
mkdir -p "$MNIST_DIR" "$work/ours" "$work/tensorflow" "$work/javacpp" "$work/results"
programs=

skipped() { echo "SKIPPED $*" >&2; }

# wants PROGRAM: whether it is among PROGRAMS.
wants() { [[ " ${PROGRAMS:-ours ours-bf16 libtorch tensorflow javacpp article} " == *" $1 "* ]]; }

prepare_data() {
    local file
    for file in "$root"/java/dev/mnistnative/data/mnist/*.gz; do
        gzip -dc "$file" >"$MNIST_DIR/$(basename "$file" .gz)"
    done
    [ -s "$MNIST_DIR/t10k-images-f32" ] || java -cp "$work/ours:$jar" Standardized "$MNIST_DIR"
}

prepare_ours() {
    javac -d "$work/ours" -cp "$jar" "$here/Bench.java" "$here/MlpMnistNative.java" "$here/Standardized.java" \
        "$here/Table.java"
    ! wants ours || programs="$programs ours"
    wants ours-bf16 || return 0
    if grep -qs avx512_bf16 /proc/cpuinfo; then
        programs="$programs ours-bf16"
    else
        skipped "ours in bf16: this CPU lacks AVX512_BF16"
    fi
}

# prepare_jvm NAME MAIN: one of the JVM's peers, whose libraries come from Maven Central.
prepare_jvm() {
    wants "$1" || return 0
    if ! [ -s "$work/$1/classpath" ] && ! mvn -q -B -f "$here/$1-pom.xml" \
        org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath \
        -Dmdep.outputFile="$work/$1/classpath"; then
        skipped "$1: its libraries are not to be had from Maven Central"
        return
    fi
    javac -nowarn -d "$work/$1" -cp "$(<"$work/$1/classpath")" "$here/Bench.java" "$here/$2.java"
    programs="$programs $1"
    [ ! -e "$work/$1/unpacked" ] || return 0 # the first run unpacks native code, which is nobody's figure
    command_of "$1"
    EPOCHS=1 OMP_NUM_THREADS=1 "${run[@]}" >/dev/null 2>&1 || true
    touch "$work/$1/unpacked"
}

# Sets `torch` to a folder with include/ and lib/, or to "debian"; fails where there is none.
find_torch() {
    torch=${LIBTORCH:-}
    [ -z "$torch" ] || return 0
    if [ -n "${TORCH_WHEEL:-}" ]; then
        torch=$work/wheel/torch
        [ -e "$torch/lib/libtorch_cpu.so" ] ||
            unzip -q -o "$TORCH_WHEEL" 'torch/include/*' 'torch/lib/*' 'torch/version.py' -d "$work/wheel"
    elif torch=$("$python" -c 'import torch; print(torch.__path__[0])' 2>/dev/null); then
        return
    elif [ -e /usr/include/torch/csrc/api/include/torch/torch.h ]; then
        torch=debian
    else
        return 1
    fi
}

prepare_libtorch() {
    wants libtorch || return 0
    if ! find_torch; then
        skipped "LibTorch C++: neither LIBTORCH, TORCH_WHEEL, a torch of $python (PYTHON) nor Debian's libtorch-dev"
        return
    fi
    local options=(-std=c++20 -DHAS_FUSED -isystem "$torch/include" -isystem "$torch/include/torch/csrc/api/include"
        -L"$torch/lib" -Wl,-rpath,"$torch/lib")
    [ "$torch" != debian ] || options=(-std=c++17 -isystem /usr/include/torch/csrc/api/include)
    [ "$work/libtorch" -nt "$here/libtorch.cpp" ] ||
        g++ -O2 "$here/libtorch.cpp" -o "$work/libtorch" "${options[@]}" -ltorch -ltorch_cpu -lc10
    programs="$programs libtorch"
}

prepare_article() {
    wants article || return 0
    if "$python" -c 'import numpy, torch' 2>/dev/null; then
        programs="$programs article"
    else
        skipped "the article's program: $python has no torch or no numpy (PYTHON names another)"
    fi
}

command_of() {
    case $1 in
    ours) run=(java -cp "$work/ours:$jar" MlpMnistNative) ;;
    ours-bf16) run=(env PRECISION=BF16 java -cp "$work/ours:$jar" MlpMnistNative) ;;
    tensorflow) run=(java -cp "$work/tensorflow:$(<"$work/tensorflow/classpath")" MlpTensorflow) ;;
    # Passive: its two thread pools, OpenMP's and OpenBLAS's, would spin against each other.
    javacpp) run=(env OMP_WAIT_POLICY=PASSIVE java -Dorg.bytedeco.javacpp.cachedir="$work/javacpp/cache"
        -XX:ErrorFile="$work/hs_err_%p.log" -cp "$work/javacpp:$(<"$work/javacpp/classpath")" MlpJavacpp) ;;
    libtorch) run=("$work/libtorch") ;;
    article) run=("$python" "$here/article.py") ;;
    esac
}

# The machine as this round finds it: one line.
machine_state() {
    local seen
    printf 'MACHINE %s: load %s' "$1" "$(cut -d' ' -f1 /proc/loadavg)"
    if [ ! -x "$machine" ]; then
        echo "; SKIPPED its ceilings: no $machine (cmake -B build -DMN_BENCH=ON; MN_BENCH names another)"
        return
    fi
    seen=$("$machine" --benchmark_filter='machine/(fma_peak|core_to_core)' 2>/dev/null |
        sed -nE 's|^machine/(\S+)/iterations:3 .* (\S+)=(\S+)$|; \1 \3 \2|p')
    echo "$seen" | tr -d '\n'
    echo
}

# measure DATA BATCH THREADS PROGRAM ROUND: one process, one line.
measure() {
    command_of "$4"
    # Inference is measured once a round: batches of training are nothing to it.
    local infer=0
    [ "$1 $2" != "mnist 320" ] || infer=1
    local epochs=${EPOCHS:-$(($2 < 320 ? 2 : 3))} # of 937 small steps one is enough beside the first
    if DATA=$1 BATCH=$2 EPOCHS=$epochs INFER=$infer OMP_NUM_THREADS=$3 command time -o "$work/time" -f '%e %M' \
        "${run[@]}" >"$work/log" 2>"$work/stderr"; then
        awk -v round="$5" '{printf "RUN round=%s wall=%s rss_kb=%s", round, $1, $2}' "$work/time"
        echo "" $(grep -E '^(RESULT|INFER) ' "$work/log")
    else
        echo "FAILED round=$5 $4 data=$1 batch=$2 threads=$3: $(tail -1 "$work/stderr")"
    fi
}

# round DATA BATCH N
round() {
    local threads program list=$programs
    # Every other round in the other order, so that whoever comes first has no advantage from it.
    [ $(($3 % 2)) = 1 ] || list=$(echo $programs | tr ' ' '\n' | tac | tr '\n' ' ')
    machine_state "$1 batch $2 round $3"
    for threads in ${THREADS:-2}; do
        for program in $list; do measure "$1" "$2" "$threads" "$program" "$3"; done
    done
    echo "DONE round=$3"
}

measure_batch() {
    local data n file
    for data in ${DATA:-mnist standardized}; do
        file=$work/results/$data-$1.txt
        [ -z "${FRESH:-}" ] || rm -f "$file"
        for ((n = 1; n <= ${ROUNDS:-5}; n++)); do
            ! grep -qs "^DONE round=$n\$" "$file" || continue
            round "$data" "$1" "$n" | tee "$file.part" >&2
            cat "$file.part" >>"$file" # whole rounds only
            rm "$file.part"
        done
    done
}

# The first dependency's version.
version_in() { sed -n 's|.*<version>\(.*\)</version>.*|\1|p' "$here/$1-pom.xml" | sed -n 2p; }

# What is measured, in words.
versions() {
    local program said=()
    for program in $programs; do
        case $program in
        libtorch) said+=("$("$work/libtorch" --version)") ;;
        tensorflow) said+=("TensorFlow Java $(version_in tensorflow)") ;;
        javacpp) said+=("JavaCPP presets for PyTorch $(version_in javacpp)") ;;
        article) said+=("PyTorch $("$python" -c 'import torch; print(torch.__version__)')") ;;
        esac
    done
    printf '%s; ' "${said[@]}"
    java -version 2>&1 | head -1
}

print_tables() {
    local files=()
    readarray -t files < <(find "$work/results" -name '*.txt' | sort -V)
    [ ${#files[@]} -gt 0 ] || { echo "nothing was measured yet in $work/results" >&2; exit 1; }
    java -cp "$work/ours" Table --chart "$work/chart.svg" "${files[@]}"
    grep -h '^FAILED' "${files[@]}" || true
    echo "chart: $work/chart.svg"
}

[ "${1:-}" != table ] || { prepare_ours 2>/dev/null && print_tables; exit; }
prepare_ours
prepare_data
prepare_libtorch
prepare_jvm tensorflow MlpTensorflow
prepare_jvm javacpp MlpJavacpp
prepare_article
versions
[ "${1:-}" != build ] || { echo "ready:$programs"; exit; }
[ $# -gt 0 ] || set -- 64 320 4096
for batch in "$@"; do measure_batch "$batch"; done
print_tables
echo "took $SECONDS s"
