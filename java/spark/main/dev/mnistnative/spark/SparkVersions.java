package dev.mnistnative.spark;

import org.apache.spark.package$;

/** Which versions of Spark this runs on. */
final class SparkVersions {
    private SparkVersions() {}

    /** @throws IllegalStateException on 4.0.0, whose parameters other versions' classes cannot use (SPARK-52259) */
    static void require() {
        require(package$.MODULE$.SPARK_VERSION());
    }

    static void require(String version) {
        if (version.equals("4.0.0")) {
            throw new IllegalStateException(
                    "Spark 4.0.0 cannot use estimators that were compiled for other versions (SPARK-52259): use 4.0.1 "
                            + "or later, or 3.5.9");
        }
    }
}
