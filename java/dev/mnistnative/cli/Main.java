package dev.mnistnative.cli;

import dev.mnistnative.binding.MnistNative;

/** The command line. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println(MnistNative.mn_version().getString());
    }
}
