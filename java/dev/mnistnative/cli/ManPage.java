package dev.mnistnative.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The program's manual in roff's man macros, made from the descriptions that {@code --help} shows. */
final class ManPage {
    private final List<String> lines = new ArrayList<>();

    private ManPage() {}

    /** The lines of the page on a program and its commands. */
    static List<String> of(CommandSpec program, String version) {
        ManPage page = new ManPage();
        page.write(program, version);
        return page.lines;
    }

    private void write(CommandSpec program, String version) {
        String name = program.name();
        UsageMessageSpec usage = program.usageMessage();
        lines.add(String.format(
                Locale.ROOT,
                ".TH %s 1 \"\" \"%s %s\" \"User Commands\"",
                name.toUpperCase(Locale.ROOT),
                name,
                version));
        lines.addAll(List.of(".nh", ".ad l", ".SH NAME"));
        lines.add(escaped(name) + " \\- " + text(usage.description()[0]));
        lines.add(".SH SYNOPSIS");
        lines.add(bold(name) + " [" + italic("COMMAND") + "] [" + italic("OPTIONS") + "]");
        lines.add(".SH DESCRIPTION");
        paragraph(usage.description());
        lines.add(".SH COMMANDS");
        program.subcommands().values().forEach(command -> command(command.getCommandSpec()));
        lines.add(".SH EXIT STATUS");
        usage.exitCodeList().forEach((code, meaning) -> entry(bold(code.strip()), meaning));
    }

    private void command(CommandSpec command) {
        lines.add(".SS " + escaped(command.name()));
        UsageMessageSpec usage = command.usageMessage();
        paragraph(usage.description());
        command.positionalParameters()
                .forEach(parameter -> entry(italic(parameter.paramLabel()), parameter.description()));
        command.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .forEach(option -> entry(term(option), option.description()));
        if (usage.footer().length > 0) {
            lines.addAll(List.of(".PP", "Examples:", ".PP", ".nf"));
            paragraph(usage.footer());
            lines.add(".fi");
        }
    }

    private static String term(OptionSpec option) {
        String names = Arrays.stream(option.names())
                .map(name -> bold(option.negatable() ? name.replaceFirst("^--", "--[no-]") : name))
                .collect(Collectors.joining(", "));
        return option.arity().max() == 0 ? names : names + "=" + italic(option.paramLabel());
    }

    private void entry(String term, String... description) {
        lines.add(".TP");
        lines.add(term);
        paragraph(description);
    }

    private void paragraph(String... text) {
        Arrays.stream(text).map(ManPage::text).filter(line -> !line.isBlank()).forEach(lines::add);
    }

    private static String bold(String text) {
        return "\\fB" + escaped(text) + "\\fR";
    }

    private static String italic(String text) {
        return "\\fI" + escaped(text) + "\\fR";
    }

    /** A line of a description, which for picocli is a format with marks of style. */
    private static String text(String description) {
        return escaped(Ansi.OFF.string(String.format(Locale.ROOT, description)).replaceAll("\\R+", " "));
    }

    /**
     * Backslashes, hyphens that are not to be broken at or beautified, and straight quotes, and what would begin a
     * request.
     */
    private static String escaped(String text) {
        String characters = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
        return characters.startsWith(".") ? "\\&" + characters : characters;
    }
}
