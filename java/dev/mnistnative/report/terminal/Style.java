package dev.mnistnative.report.terminal;

/** How text stands out on a terminal (ECMA-48's SGR). */
public enum Style {
    BOLD("1"),
    DIM("2"),
    RED("31"),
    GREEN("32");

    private final String code;

    Style(String code) {
        this.code = code;
    }

    /** The text between the codes that begin and end it. */
    public String on(String text) {
        return "\033[" + code + "m" + text + "\033[m";
    }
}
