#!/bin/sh
# Spark's own multi-layer perceptron against ours, in one process. After mvn -B verify -Pspark:
#   tests/bench/spark/run.sh [MAXITER [ROUNDS]]   (ROUNDS: of transform, 12 by default; MLPC's own: at most 4)
# By default MAXITER is 100: three minutes and 5 GB of memory for Spark's own. It multiplies by VectorBLAS: an OpenBLAS
# that happens to be installed has a pool of threads in each of Spark's, which get in each other's way.
set -eu
cd "$(dirname "$0")/../../.."
home=$(ls -d target/spark/spark-*/ | head -n 1)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. tests/bench/spark/opens.sh
# shellcheck disable=SC2086 # they are words
SPARK_LOCAL_IP=127.0.0.1 java $opens -XX:+IgnoreUnrecognizedVMOptions --add-modules=jdk.incubator.vector \
    -Ddev.ludovic.netlib.blas.nativeLib=none -Xmx6g \
    -cp "$(ls target/spark/mnist-native-spark-*-all.jar):$(ls target/mnist-native-*-data.jar):$home/jars/*" \
    tests/bench/spark/AgainstMlpc.java "${1:-100}" "$folder" "${2:-12}" 2>&1 | grep --line-buffered -a RESULT
