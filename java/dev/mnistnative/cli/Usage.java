package dev.mnistnative.cli;

import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What is wrong in how a command was used: one sentence with its remedy; {@link Failures} adds where help is. */
final class Usage {
    private Usage() {}

    static ParameterException error(CommandSpec command, String message) {
        return new ParameterException(command.commandLine(), message);
    }

    /** Refuses what is wrong. */
    static void refuse(boolean wrong, CommandSpec command, String message) {
        if (wrong) {
            throw error(command, message);
        }
    }

    /** The same; a sentence is made of the form and its values only where it is needed, for that takes a while. */
    static void refuse(boolean wrong, CommandSpec command, String form, Object... values) {
        if (wrong) {
            throw error(command, String.format(Locale.ROOT, form, values));
        }
    }

    /** Makes something of the options given; what the library refuses of them is wrong usage. */
    static <T> T checked(CommandSpec command, Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
