package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.NumberRange;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.net.InputRange;
import dev.mnistnative.net.Preprocessing;
import picocli.CommandLine.Model.CommandSpec;

/** What is said on standard error where the numbers of samples may mean something else than they are taken for. */
final class RangeNotes {
    private static final int BRIGHTEST = 255;
    private static final int BRIGHTEST_OF_16_BITS = 65_535;

    private final CommandSpec command;
    private boolean toldOfPictures;

    RangeNotes(CommandSpec command) {
        this.command = command;
    }

    /** Of samples that are brought to what a net was trained on. */
    void samples(String name, Preprocessing trained, Dataset samples) {
        trained.remark(samples).ifPresent(remark -> print(name + ": " + remark + " (--scale says otherwise)"));
    }

    /** Of a training set that nothing was told of. */
    void training(Dataset training) {
        if (!training.hasPictures()) {
            return;
        }
        NumberRange numbers = training.range();
        boolean bytes = training.pixelType() == PixelType.UINT8;
        if (bytes && training.scale() != 1 && numbers.greatest() == 1) {
            print("the training set has only 0 and 1 as bytes, which are divided by 255: --scale raw takes them as"
                    + " they are");
        } else if (!bytes && numbers.reachesBytes()) {
            print("the training set has numbers of 0 … 255, which are taken as they are: --scale unit brings them to"
                    + " 0 … 1, which trains better");
        } else if (!bytes
                && numbers.whole()
                && numbers.isWithin(0, BRIGHTEST_OF_16_BITS)
                && numbers.greatest() > BRIGHTEST) {
            print("the training set has numbers of 0 … " + (int) numbers.greatest()
                    + ", which are taken as they are: --scale " + (float) (1 / numbers.greatest())
                    + " brings them to 0 … 1, or --standardize each feature");
        }
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

    private void print(String note) {
        command.commandLine().getErr().println(note);
        command.commandLine().getErr().flush();
    }
}
