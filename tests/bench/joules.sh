#!/usr/bin/env bash
# Joules an epoch, by the counters of energy that the processor keeps for its packages (RAPL, /sys/class/powercap).
#   tests/bench/joules.sh [EPOCHS] [OPTIONS OF train]    after: mvn package, as root; EPOCHS: 20
#   tests/bench/joules.sh 10 --preset fast
# A run of one epoch is subtracted from one of EPOCHS + 1, so that neither the JVM's start nor reading the data counts,
# and so is what the machine takes when it does nothing, in a second row. The counters are those of the whole packages:
# let nothing else run. Exit code 77: this machine does not tell its energy, and the line that begins with SKIPPED says
# why. Environment: POWERCAP (/sys/class/powercap), ROUNDS (3; medians of them).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
jar=$root/target/mnist-native.jar
powercap=${POWERCAP:-/sys/class/powercap}
epochs=20
if [[ ${1:-} =~ ^[1-9][0-9]*$ ]]; then epochs=$1 && shift; fi

skip() {
    echo "SKIPPED joules: $*"
    exit 77
}

[ -d "$powercap" ] || skip "there is no $powercap: the kernel has no RAPL driver, as in most virtual machines"
packages=()
for domain in "$powercap"/intel-rapl:*; do # AMD's, too; a second colon names a part of a package
    [[ ${domain##*/} =~ ^intel-rapl:[0-9]+$ && $(cat "$domain/name" 2>/dev/null) == package-* ]] || continue
    cat "$domain/energy_uj" >/dev/null 2>&1 || skip "$domain/energy_uj cannot be read: root may"
    packages+=("$domain")
done
[ ${#packages[@]} -gt 0 ] || skip "no package in $powercap has a counter"
[ -s "$jar" ] || { echo "$jar is not there: run mvn package first" >&2; exit 1; }

# The clock in seconds, then the counter of each package.
counters() {
    local package
    printf '%s' "$EPOCHREALTIME"
    for package in "${packages[@]}"; do printf ' %s' "$(<"$package/energy_uj")"; done
}

ranges=
for package in "${packages[@]}"; do ranges+=" $(<"$package/max_energy_range_uj")"; done

# since BEFORE: seconds and joules since then. A counter that is less than before began anew at 0, once.
since() {
    awk -v before="$1" -v after="$(counters)" -v ranges="$ranges" 'BEGIN {
        n = split(before, b, " "); split(after, a, " "); split(ranges, r, " ")
        for (i = 2; i <= n; ++i)
            joules += (a[i] >= b[i] ? a[i] - b[i] : a[i] - b[i] + r[i - 1]) / 1e6
        printf "%.6f %.6f\n", a[1] - b[1], joules
    }'
}

# train EPOCHS OPTION..: seconds and joules of the process.
train() {
    local before
    before=$(counters)
    java -jar "$jar" train --epochs "$1" --progress never "${@:2}" >/dev/null 2>&1 ||
        { echo "java -jar $jar train --epochs $1 ${*:2} failed" >&2; exit 1; }
    since "$before"
}

for ((round = 1; round <= ${ROUNDS:-3}; ++round)); do
    before=$(counters)
    sleep 2
    idle=$(since "$before")
    short=$(train 1 "$@")
    long=$(train $((epochs + 1)) "$@")
    echo "$idle $short $long"
done | awk -v epochs="$epochs" '
    # of 1 to n
    function median(values, n,    i, j, t) {
        for (i = 1; i <= n; ++i)
            for (j = i + 1; j <= n; ++j)
                if (values[j] < values[i]) { t = values[i]; values[i] = values[j]; values[j] = t }
        return (values[int((n + 1) / 2)] + values[int(n / 2) + 1]) / 2
    }
    {
        watts[NR] = $2 / $1
        all[NR] = ($6 - $4) / epochs
        above[NR] = all[NR] - watts[NR] * ($5 - $3) / epochs
        seconds[NR] = ($5 - $3) / epochs
    }
    END {
        if (NR == 0)
            exit 1
        idle = median(watts, NR)
        printf "joules an epoch, all that the packages took: %.2f\n", median(all, NR)
        printf "joules an epoch, above an idle machine:      %.2f (idle: %.1f W)\n", median(above, NR), idle
        printf "seconds an epoch:                            %.3f\n", median(seconds, NR)
    }'
