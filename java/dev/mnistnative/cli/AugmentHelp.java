package dev.mnistnative.cli;

/** What the help says of deformations, alike for all commands that take them. */
final class AugmentHelp {
    static final String VALUES = "none|light|strong|VALUES";

    static final String MEANING = "VALUES are some of rotate=DEG,scale=S,shear=S,shift=PX,elastic=ALPHA:SIGMA, each "
            + "drawn up to that strength; light: rotate=8,scale=0.08,shear=0.15,shift=1,elastic=20:4; strong: "
            + "rotate=15,scale=0.15,shear=0.15,shift=1,elastic=38:4.";

    private AugmentHelp() {}
}
