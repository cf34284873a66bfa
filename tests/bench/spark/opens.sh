# Sourced: what Spark wants opened on Java 17 and newer, as options in `opens`; spark-submit would give them.
opens=""
for package in lang lang.invoke lang.reflect io net nio util util.concurrent util.concurrent.atomic; do
    opens="$opens --add-opens=java.base/java.$package=ALL-UNNAMED"
done
for package in jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
    opens="$opens --add-opens=java.base/$package=ALL-UNNAMED"
done
