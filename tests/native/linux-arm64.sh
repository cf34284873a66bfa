#!/usr/bin/env bash
# The native library and its tests for 64-bit ARM, built and run on x86-64 by emulation, in target/linux-arm64. Without
# the heavy tests, which take an emulator minutes each, and those of CUDA. Needs Debian, with the packages
# g++-aarch64-linux-gnu, qemu-user-static, binutils, libgtest-dev and libhwy-dev; installs nothing.
#   tests/native/linux-arm64.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-target/linux-arm64}
mkdir -p "$out"
out=$(realpath "$out")

# zlib, of which only the tests are in need, for ARM: by an apt with lists of its own, so that this machine stays as it
# is.
if [ ! -e "$out/zlib/libz.a" ]; then
    apt=$out/apt
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$out/zlib"
    touch "$apt/status"
    options=(-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User= -o Dir::State="$apt"
             -o Dir::State::status="$apt/status" -o Dir::Cache="$apt")
    apt-get -q "${options[@]}" update
    (cd "$apt" && apt-get -q "${options[@]}" download zlib1g-dev && dpkg -x zlib1g-dev_*.deb files)
    find "$apt/files" \( -name zlib.h -o -name zconf.h -o -name libz.a \) -exec cp {} "$out/zlib" \;
fi

cmake -S . -B "$out" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMN_CUDA=OFF \
    -DCMAKE_TOOLCHAIN_FILE="$PWD/native/portability/linux-arm64.cmake" \
    -DZLIB_LIBRARY="$out/zlib/libz.a" -DZLIB_INCLUDE_DIR="$out/zlib"
cmake --build "$out"
ctest --test-dir "$out" --output-on-failure --no-tests=error --parallel 2 --exclude-regex "native_(heavy|cuda)"
