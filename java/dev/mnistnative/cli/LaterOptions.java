package dev.mnistnative.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that have a name already but nothing behind it: refused plainly instead of as unknown. */
final class LaterOptions {
    private static final List<String> NAMES = List.of("--report");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--report", hidden = true)
    private String report;

    void refuse() {
        for (String name : NAMES) {
            if (command.commandLine().getParseResult().hasMatchedOption(name)) {
                throw new ParameterException(
                        command.commandLine(), name + ": this version does not have it yet; leave it out");
            }
        }
    }
}
