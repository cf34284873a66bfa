#!/usr/bin/env bash
# How long whole processes take, of two jars in turn: wall and processor time (user + system), medians and their ratio.
#   tests/bench/startup.sh OLD.jar NEW.jar [ROUNDS]      OLD and NEW may be the same file: what two runs differ by
# Prints the rows of a table of docs/performance.md. Environment: JAVA (java), JAVA_ARGS, EPOCHS (3).
set -euo pipefail
old=$(realpath "${1:?the jar to compare with}")
new=$(realpath "${2:?the jar to measure}")
rounds=${3:-7}
java=${JAVA:-java}
read -ra java_args <<<"${JAVA_ARGS:-}"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"

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
picture >seven.bmp
"$java" "${java_args[@]}" -jar "$new" train --epochs 1 --quiet --progress never --save model.safetensors >log 2>&1 ||
    { cat log >&2; exit 1; }

# run JAR COMMAND...: "wall processor" in seconds
run() {
    local jar=$1
    shift
    TIMEFORMAT='%R %U %S'
    { time "$java" "${java_args[@]}" -jar "$jar" "$@" >log 2>&1 || { cat log >&2; exit 1; }; } 2>time
    awk 'NF == 3 { print $1, $2 + $3 }' time
}

median() { # of a column of a file
    cut -d ' ' -f "$2" "$1" | sort -n |
        awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

measure() {
    : >old.runs
    : >new.runs
    run "$old" "$@" >/dev/null # both files into memory
    run "$new" "$@" >/dev/null
    for ((round = 0; round < rounds; round++)); do
        if ((round % 2)); then
            run "$new" "$@" >>new.runs
            run "$old" "$@" >>old.runs
        else
            run "$old" "$@" >>old.runs
            run "$new" "$@" >>new.runs
        fi
    done
    awk -v name="$*" -v a="$(median old.runs 1)" -v b="$(median new.runs 1)" -v c="$(median old.runs 2)" \
        -v d="$(median new.runs 2)" 'BEGIN { sub(/ --(model|progress) .*/, "", name)
            printf "| `%s` | %.3f | %.3f | %.2f | %.2f | %.2f | %.2f |\n", name, a, b, b / a, c, d, d / c }'
}

"$java" -version 2>&1 | head -1
echo "load $(cut -d ' ' -f 1 /proc/loadavg), $rounds rounds, $(nproc) cores," \
    "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)"
echo '| command | wall before, s | after, s | ratio | processor before, s | after, s | ratio |'
echo '|---|---|---|---|---|---|---|'
measure --version
measure predict --model model.safetensors seven.bmp
measure train --epochs "${EPOCHS:-3}" --progress never
