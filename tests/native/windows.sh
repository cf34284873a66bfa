#!/usr/bin/env bash
# The native library and all its tests for Windows, built on Linux and run by wine, in target/windows-x86_64. Needs
# Debian's packages g++-mingw-w64-x86-64-posix, libz-mingw-w64-dev, wine64, libgtest-dev and libhwy-dev.
#   tests/native/windows.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-target/windows-x86_64}
mkdir -p "$out"
out=$(realpath "$out")

cmake -S . -B "$out" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMN_CUDA=OFF \
    -DCMAKE_TOOLCHAIN_FILE="$PWD/native/portability/windows-x86_64.cmake"
cmake --build "$out"
export WINEPREFIX=$out/wine WINEDEBUG=-all
ctest --test-dir "$out" --output-on-failure --no-tests=error --exclude-regex "native_cuda"
