#!/usr/bin/env bash
# How long whole processes take, two ways of starting in turn: wall and processor time (user + system), medians and the
# median of the pairs' ratios. Prints the rows of a table of docs/performance.md.
#   tests/bench/startup.sh OLD NEW [ROUNDS]      each a jar, run by java -jar, or the launcher beside one, run as it is.
# OLD and NEW may be the same file: what two runs differ by.
# Environment: JAVA_HOME (else java from the PATH), JAVA_ARGS (with jars), EPOCHS (3), CACHE (a folder for unpacked
# libraries and archives of classes; else a new one).
set -euo pipefail
old=$(realpath "${1:?the jar or launcher to compare with}")
new=$(realpath "${2:?the jar or launcher to measure}")
rounds=${3:-7}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
read -ra java_args <<<"${JAVA_ARGS:-}"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=${CACHE:-$work}

# a seven of 28 x 28 pixels, as a BMP
picture() {
    printf 'BM\x66\x09\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x1c\0\0\0\x1c\0\0\0\x01\0\x18\0\0\0\0\0\x30\x09\0\0'
    printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
    for ((row = 27; row >= 0; row--)); do # the lowest first
        for ((column = 0; column < 28; column++)); do
            if ((row >= 5 && row < 8 && column >= 7 && column < 21)) ||
                ((row >= 8 && row < 24 && column >= 20 - row / 2 && column < 23 - row / 2)); then
                printf '\xff\xff\xff'
            else
                printf '\0\0\0'
            fi
        done
    done
}

# start PROGRAM COMMAND…
start() {
    case $1 in
    *.jar) "$java" "${java_args[@]}" -jar "$@" ;;
    *) "$@" ;;
    esac
}

# run PROGRAM COMMAND…: "wall processor" in seconds
run() {
    local TIMEFORMAT='%R %U %S' failed=
    { time start "$@" >log 2>&1; } 2>time || failed=yes
    if [ -n "$failed" ]; then
        echo "$*:" >&2
        cat log >&2
        exit 1
    fi
    awk '{ print $1, $2 + $3 }' time
}

# The launcher's archive is made behind its first run.
archive() {
    [[ $1 != *.jar ]] || return 0
    for ((second = 0; second < 60; second++)); do
        "$1" --version >/dev/null
        sleep 1
        [ -z "$(find "$XDG_CACHE_HOME/mnist-native" -name 'classes-*.new')" ] || continue
        [ -z "$(find "$XDG_CACHE_HOME/mnist-native" -name 'classes-*.jsa')" ] || return 0
    done
    echo "startup: $1 has made no archive of classes" >&2
    exit 1
}

median() { # of an expression over the columns of both runs
    awk "{ print $1 }" pairs | sort -n |
        awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

measure() {
    local a b
    : >pairs
    run "$old" "$@" >/dev/null # both files into memory
    run "$new" "$@" >/dev/null
    for ((round = 0; round < rounds; round++)); do
        if ((round % 2)); then
            b=$(run "$new" "$@")
            a=$(run "$old" "$@")
        else
            a=$(run "$old" "$@")
            b=$(run "$new" "$@")
        fi
        echo "$a $b" >>pairs
    done
    awk -v name="$*" -v a="$(median '$1')" -v b="$(median '$3')" -v c="$(median '$2')" -v d="$(median '$4')" \
        -v wall="$(median '$3 / $1')" -v processor="$(median '$4 / $2')" '
        BEGIN {
            sub(/ --(model|progress) .*/, "", name)
            printf "| `%s` | %.3f | %.3f | %.2f | %.2f | %.2f | %.2f |\n", name, a, b, wall, c, d, processor
        }'
}

picture >seven.bmp
start "$new" train --epochs 1 --quiet --progress never --save model.safetensors >log 2>&1 || { cat log >&2; exit 1; }
archive "$old"
archive "$new"
"$java" -version 2>&1 | head -1
echo "load $(cut -d ' ' -f 1 /proc/loadavg), $rounds rounds, $(nproc) cores," \
    "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)"
echo '| command | wall before, s | after, s | ratio | processor before, s | after, s | ratio |'
echo '|---|---|---|---|---|---|---|'
measure --version
measure predict --model model.safetensors seven.bmp
measure train --epochs "${EPOCHS:-3}" --progress never
