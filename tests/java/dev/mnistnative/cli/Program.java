package dev.mnistnative.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The real program, to be run in a process of its own. */
final class Program {
    private Program() {}

    static List<String> command(String... args) {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String absolute = Arrays.stream(classPath.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator)); // wherever it is run
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // what the manifest of the executable jar grants
        String access = "--enable-native-access=ALL-UNNAMED";
        List<String> command = new ArrayList<>(List.of(java, access, "-cp", absolute, Main.class.getName()));
        command.addAll(List.of(args));
        return command;
    }
}
