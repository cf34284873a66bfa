package dev.mnistnative.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What every command understands. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        sortSynopsis = false,
        abbreviateSynopsis = true,
        parameterListHeading = "%nArguments:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        usageHelpWidth = 80)
final class CommonOptions {
    static final String VERBOSE = "--verbose";

    @Option(names = VERBOSE, description = "Show the stack trace of an error.")
    private boolean verbose;
}
