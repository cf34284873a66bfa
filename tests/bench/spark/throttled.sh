#!/bin/sh
# Workers in network namespaces of their own, on a bridge, whose ends send at 1 and 10 Gbit/s and at what this machine
# can do. As root, after mvn -B verify -Pspark:
#   tests/bench/spark/throttled.sh [WORKERS …]     by default 1 2 4
# A delay of 0.1 ms is added where the kernel has netem; else the results say that there is none.
set -eu
cd "$(dirname "$0")/../../.."
folder=$(mktemp -d)
jars=${MN_SPARK_JARS:-"$(ls target/spark/mnist-native-spark-*-all.jar):$(ls target/mnist-native-*-data.jar)"}
[ -n "${MN_SPARK_JARS:-}" ] || jars="$jars:$(ls -d target/spark/spark-*/ | head -n 1)jars/*"
most=4
end() {
    for i in $(seq 0 $((most - 1))); do
        ip netns del "mn-worker-$i" 2>/dev/null || true
    done
    ip link del mn-bridge 2>/dev/null || true
    rm -rf "$folder"
}
trap end EXIT
trap "exit 130" INT TERM
javac -proc:none -d "$folder" -cp "$jars" tests/bench/spark/Throttled.java
ip link add mn-bridge type bridge
ip link set mn-bridge up
for i in $(seq 0 $((most - 1))); do
    ip netns add "mn-worker-$i"
    ip link add "mn-end-$i" type veth peer name eth0 netns "mn-worker-$i"
    ip link set "mn-end-$i" master mn-bridge up
    ip -n "mn-worker-$i" address add "10.77.0.$((i + 1))/24" dev eth0
    ip -n "mn-worker-$i" link set eth0 up
    ip -n "mn-worker-$i" link set lo up
done
[ $# -gt 0 ] || set -- 1 2 4
for rate in none 1gbit 10gbit; do
    delay="0.1 ms"
    for i in $(seq 0 $((most - 1))); do
        tc="tc -n mn-worker-$i qdisc"
        $tc del dev eth0 root 2>/dev/null || true
        if [ $rate = none ]; then
            delay=no
            continue
        fi
        $tc add dev eth0 root handle 1: tbf rate $rate burst 128kb latency 100ms
        if ! $tc add dev eth0 parent 1:1 netem delay 0.1ms limit 100000 2>"$folder/netem"; then
            delay="no ($(head -n 1 "$folder/netem"))"
        fi
    done
    for workers in "$@"; do
        [ "$workers" -gt 1 ] || [ $rate = none ] || continue
        ip netns exec mn-worker-0 java -cp "$folder:$jars" dev.mnistnative.spark.Throttled "$workers" \
            "rate $rate, delay $delay" 2>&1 | grep --line-buffered -av SLF4J || true
    done
done
