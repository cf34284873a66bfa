#!/bin/sh
# Learning on several shards, without a Spark session. After mvn -B verify -Pspark:
#   tests/bench/spark/shards.sh Exchange TASKS ROUNDS     how long an average takes between JVMs, plain and sealed
#   tests/bench/spark/shards.sh ShardAccuracy SHARDS:SYNCSTEPS:WARMUPSTEPS:STEPSIZE …
set -eu
cd "$(dirname "$0")/../../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
jars="$(ls target/spark/mnist-native-spark-*-all.jar):$(ls target/mnist-native-*-data.jar)"
jars="$jars:$(ls -d target/spark/spark-*/ | head -n 1)jars/*"
javac -proc:none -d "$folder" -cp "$jars" tests/bench/spark/Exchange.java tests/bench/spark/ShardAccuracy.java
what=$1
shift
java -cp "$folder:$jars" "dev.mnistnative.spark.$what" "$@"
