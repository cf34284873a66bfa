#!/usr/bin/env bash
# Times the Java API with JMH: a step, an epoch, inference, a call across the boundary.
#   tests/bench/jmh/run.sh [JMH OPTIONS]        after: mvn package
#   tests/bench/jmh/run.sh Inference -p precision=FLOAT32 -f 1
#   tests/bench/jmh/run.sh oneImageFromABuffer -bm sample -p precision=FLOAT32     p50 and p99 of one image
# Environment: WORK (what is built; target/jmh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${WORK:-$root/target/jmh}
jar=$root/target/mnist-native.jar
[ -s "$jar" ] || { echo "$jar is not there: run mvn package first" >&2; exit 1; }
mkdir -p "$work/classes"

[ -s "$work/classpath" ] || mvn -q -B -f "$here/pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile="$work/classpath"
javac -processor org.openjdk.jmh.generators.BenchmarkProcessor -d "$work/classes" \
    -cp "$jar:$(<"$work/classpath")" "$here"/*.java
exec java -cp "$work/classes:$jar:$(<"$work/classpath")" org.openjdk.jmh.Main "$@"
