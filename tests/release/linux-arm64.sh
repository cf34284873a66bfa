#!/usr/bin/env bash
# Runs an executable jar that has both platforms' natives on this x86-64 machine and, emulated, on 64-bit ARM: train,
# evaluate and predict must write and say the same, to the last bit. Needs Debian with qemu-user-static and a JDK;
# installs nothing. Exit code 77: the Java for ARM is not to be had.
#   mvn package -DskipTests -Dmn.platforms=linux-x86_64,linux-arm64 && tests/release/linux-arm64.sh [JAR [FOLDER]]
set -euo pipefail
cd "$(dirname "$0")/../.."
unset XDG_CACHE_HOME # each machine unpacks below a home folder of its own
jar=$(realpath "${1:-target/mnist-native.jar}")
out=${2:-target/linux-arm64-java}
mkdir -p "$out"
out=$(realpath "$out")

# A JRE for ARM and what it needs, unpacked.
. tests/native/arm64-packages.sh
fetch_jre() {
    local apt=$out/apt package
    mkdir -p "$out/root"
    apt_for_arm64 "$apt" update &&
        apt_for_arm64 "$apt" -y --no-install-recommends --download-only install default-jre-headless || return
    for package in "$apt"/archives/*.deb; do
        dpkg-deb --extract "$package" "$out/root" || return
    done
    touch "$out/complete"
}

if [ ! -e "$out/complete" ] && ! fetch_jre >"$out/apt.log" 2>&1; then
    tail -n 5 "$out/apt.log"
    echo "no Java for linux-arm64 from this machine's package sources"
    exit 77
fi

run() {
    local machine=$1 java=(java)
    shift
    if [ "$machine" = arm64 ]; then
        java=(qemu-aarch64-static -L "$out/root" "$(find "$out/root/usr/lib/jvm" -type f -path '*/bin/java')"
              -XX:TieredStopAtLevel=1 -XX:+UseSerialGC) # the emulator takes longest for what compiles and collects
    fi
    "${java[@]}" -Duser.home="$out/$machine" -jar "$jar" "$@"
}

# A seven, as 28 x 28 numbers.
awk 'BEGIN {
    for (y = 0; y < 28; ++y)
        for (x = 0; x < 28; ++x) {
            bar = y >= 5 && y <= 7 && x >= 8 && x <= 20
            stroke = y > 7 && y <= 22 && x >= 20 - (y - 7) / 2 && x <= 22 - (y - 7) / 2
            printf "%d%s", bar || stroke ? 255 : 0, y * x == 27 * 27 ? "\n" : ","
        }
}' >"$out/seven.csv"

for machine in x86_64 arm64; do
    rm -rf "${out:?}/$machine"
    mkdir "$out/$machine"
    started=$SECONDS
    (
        cd "$out/$machine"
        run "$machine" devices >devices
        run "$machine" train --limit 1600 --epochs 1 --lr 1e-3 --device cpu --threads 1 --progress never \
            --save weights.safetensors >epochs 2>log || { cat log; exit 1; }
        run "$machine" evaluate --model weights.safetensors --device cpu --threads 1 >evaluation
        run "$machine" predict --model weights.safetensors --device cpu --threads 1 --header no ../seven.csv >prediction
    )
    echo "$machine: $((SECONDS - started)) s, weights $(sha256sum <"$out/$machine/weights.safetensors" | cut -c 1-64)"
done

grep neon "$out/arm64/devices" # or it was not ARM that ran
cmp "$out/x86_64/weights.safetensors" "$out/arm64/weights.safetensors"
# What names the machine or a time is not compared.
same() { diff <(sed -E "s/$2//g" "$out/x86_64/$1") <(sed -E "s/$2//g" "$out/arm64/$1"); }
same epochs ' seconds: .*'
same evaluation '^.*(cpu|neon|avx|sse).*$|[0-9.]+ s( .*)?$'
same prediction '^$'
cat "$out/arm64/epochs" "$out/arm64/prediction"
