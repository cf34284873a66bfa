#!/usr/bin/env bash
# Builds what is committed twice, as a release is built, and compares all jars and the man page byte by byte: in two
# folders, the second time in another time zone and locale. With --one-path both builds lie at one path, one after the
# other: nvcc writes its sources' path into names, so that a build with CUDA is the same only where its path is.
#   tests/release/reproducible.sh [--one-path] [MAVEN OPTION...]       e.g. -Dmn.platforms=linux-x86_64,linux-arm64
#   tests/release/reproducible.sh --one-path -Dmn.cuda=ON
# Takes two builds' time. REPRODUCIBLE_DIR names the folder it works in, instead of a temporary one; it is kept.
set -euo pipefail
cd "$(dirname "$0")/../.."
source=$PWD
one_path=false
if [ "${1:-}" = --one-path ]; then
    one_path=true
    shift
fi
if [ -n "${REPRODUCIBLE_DIR:-}" ]; then
    work=$(mkdir -p "$REPRODUCIBLE_DIR" && realpath "$REPRODUCIBLE_DIR")
    rm -rf "${work:?}/first" "$work/second" "$work/source"
else
    work=$(mktemp -d)
    trap 'rm -rf "${work:?}"' EXIT
fi
umask 022                                                        # modes stand in jars
unset CMAKE_CXX_COMPILER_LAUNCHER CMAKE_CUDA_COMPILER_LAUNCHER   # a compiler's cache would hand out the first build

options=(-Prelease -Dgpg.skip -Dmaven.test.skip)
[[ " $* " == *" -Dmn.cuda="* ]] || options+=(-Dmn.cuda=OFF)

# Jars and man page of a build come into FOLDER.
build() {
    local folder=$1 place=$work/$1/source
    mkdir "$work/$folder"
    if $one_path; then place=$work/source; fi
    git clone -q "$source" "$place"
    (cd "$place" && mvn -q -B package "${options[@]}" "${@:2}")
    cp "$place"/target/*.jar "$place"/target/mnist-native.1 "$work/$folder/"
    rm -rf "${place:?}"
}

build first "$@"
TZ=Asia/Kathmandu LC_ALL=C.UTF-8 build second "$@"

cd "$work/first"
sha256sum -- * | tee ../first.sha256
cd ../second
sha256sum -- * >../second.sha256
if cmp ../first.sha256 ../second.sha256; then
    echo "both builds are equal, byte by byte"
    exit
fi
for file in *; do
    cmp -s "$file" "../first/$file" && continue
    echo "$file differs:"
    [[ $file == *.jar ]] || continue
    for side in first second; do
        mkdir -p "$work/entries/$side/$file"
        (cd "$work/entries/$side/$file" && jar --extract --file "$work/$side/$file")
    done
    diff -rq "$work/entries/first/$file" "$work/entries/second/$file" ||
        continue
    echo "  only in times, modes or order of its entries"
done
exit 1
