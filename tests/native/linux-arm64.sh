#!/usr/bin/env bash
# The native library and its tests for 64-bit ARM, built and run on x86-64 by emulation, in target/linux-arm64. Without
# the heavy tests, which take an emulator minutes each, and those of CUDA. Needs Debian, with the packages
# g++-aarch64-linux-gnu, qemu-user-static, libgtest-dev and libhwy-dev; installs nothing. Exit code 77: zlib for ARM is
# not to be had.
#   tests/native/linux-arm64.sh [FOLDER]    target/cmake-linux-arm64: the core that -Dmn.platforms=linux-arm64 has built
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-target/linux-arm64}
mkdir -p "$out"
out=$(realpath "$out")

# zlib for ARM, which the tests alone need.
. tests/native/arm64-packages.sh
fetch_zlib() {
    local apt=$out/apt
    mkdir -p "$apt/zlib"
    apt_for_arm64 "$apt" update && (cd "$apt" && apt_for_arm64 "$apt" download zlib1g-dev) &&
        dpkg-deb --extract "$apt"/zlib1g-dev_*.deb "$apt/files" &&
        find "$apt/files" \( -name zlib.h -o -name zconf.h -o -name libz.a \) -exec cp {} "$apt/zlib" \; &&
        mv "$apt/zlib" "$out/zlib"
}

if [ ! -e "$out/zlib" ] && ! fetch_zlib >"$out/apt.log" 2>&1; then
    tail -n 5 "$out/apt.log"
    exit 77
fi

cmake -S . -B "$out" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMN_CUDA=OFF -DMN_TESTS=ON \
    -DCMAKE_TOOLCHAIN_FILE="$PWD/native/portability/linux-arm64.cmake" \
    -DZLIB_LIBRARY="$out/zlib/libz.a" -DZLIB_INCLUDE_DIR="$out/zlib"
cmake --build "$out"
ctest --test-dir "$out" --output-on-failure --no-tests=error --parallel 2 --exclude-regex "native_(heavy|cuda)"
