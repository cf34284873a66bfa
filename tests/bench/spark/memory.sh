#!/bin/sh
# What executors hold after fits of 60,000 rows of 784 values. After mvn -B verify -Pspark:
#   tests/bench/spark/memory.sh [FITS]     by default 50: several minutes for each of the four lines
set -eu
cd "$(dirname "$0")/../../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
home=$(ls -d target/spark/spark-*/ | head -n 1)
case $home in *spark-3*) scala=2.12 ;; *) scala=2.13 ;; esac
jars="$PWD/$(ls target/spark/mnist-native-spark-*-all.jar):$PWD/${home}jars/*"
javac -proc:none -d "$folder" -cp "$jars" tests/bench/spark/ExecutorMemory.java
. tests/bench/spark/opens.sh
for workers in 1 2; do
    for values in bytes floats; do
        # shellcheck disable=SC2086 # they are words
        SPARK_HOME="$PWD/$home" SPARK_SCALA_VERSION=$scala SPARK_LOCAL_IP=127.0.0.1 java $opens -Xmx1g \
            -cp "$folder:$jars" ExecutorMemory $workers "${1:-50}" $values 2>&1 | grep --line-buffered -a RESULT
    done
done
