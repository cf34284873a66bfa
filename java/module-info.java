/**
 * Training and evaluation of multilayer perceptrons by native code. What is exported is what an embedder calls; the
 * command line, its reports and the web pages are of the application.
 */
module dev.mnistnative {
    requires de.siegmar.fastcsv;
    requires org.bytedeco.javacpp;
    requires org.slf4j;

    // only who passes a CUDA stream has the presets; transitive, every embedder would need them to compile
    requires static org.bytedeco.cuda;

    // the application's: an embedder has none of them
    requires static com.fasterxml.jackson.core;
    requires static com.fasterxml.jackson.databind;
    requires static info.picocli;
    requires static java.desktop;
    requires static java.management;
    requires static jdk.httpserver;

    exports dev.mnistnative;
    exports dev.mnistnative.binding.gpu;
    exports dev.mnistnative.data;
    exports dev.mnistnative.format;
    exports dev.mnistnative.metrics;
    exports dev.mnistnative.model;
    exports dev.mnistnative.net;
    exports dev.mnistnative.train;

    // JavaCPP reads the annotations of the binding's classes and makes objects of them
    opens dev.mnistnative.binding to
            org.bytedeco.javacpp;
    opens dev.mnistnative.binding.gpu.internal to
            org.bytedeco.javacpp;
    opens dev.mnistnative.binding.config to
            org.bytedeco.javacpp;
    opens dev.mnistnative.cli to
            info.picocli;
}
