package dev.mnistnative.cli;

import dev.mnistnative.MnistRuntime;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    /** The line. */
    static String line() {
        return "mnist-native " + MnistRuntime.version();
    }

    @Override
    public String[] getVersion() {
        return new String[] {line()};
    }
}
