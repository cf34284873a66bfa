package dev.mnistnative.cli;

import dev.mnistnative.MnistRuntime;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"mnist-native " + MnistRuntime.version()};
    }
}
