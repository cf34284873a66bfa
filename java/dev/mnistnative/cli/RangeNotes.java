package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.InputRange;
import dev.mnistnative.net.Preprocessing;
import picocli.CommandLine.Model.CommandSpec;

/** What is said on standard error where the numbers of samples may mean something else than they are taken for. */
final class RangeNotes {
    private final CommandSpec command;
    private boolean toldOfPictures;

    RangeNotes(CommandSpec command) {
        this.command = command;
    }

    /** Of samples that are brought to what a net was trained on. */
    void samples(String name, Preprocessing trained, Dataset samples) {
        trained.remark(samples).ifPresent(remark -> print(name + ": " + remark + " (--scale says otherwise)"));
    }

    /** Of pictures; once. */
    void pictures(String model, Preprocessing trained) {
        if (trained.range() == InputRange.OTHER && !toldOfPictures) {
            toldOfPictures = true;
            print(model + ": the net was trained on numbers neither of 0 … 255 nor of 0 … 1, so that a picture's are a"
                    + " guess: they are multiplied by "
                    + (float) trained.scaling().ofBytes()
                    + " (--scale says otherwise)");
        }
    }

    /** Says it. */
    void print(String note) {
        command.commandLine().getErr().println(note);
        command.commandLine().getErr().flush();
    }
}
