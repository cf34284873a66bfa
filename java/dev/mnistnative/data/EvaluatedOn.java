package dev.mnistnative.data;

import java.util.Locale;

/** What the samples are on which a net is evaluated while it is trained. */
public enum EvaluatedOn {
    /** A set of its own, of which training knows nothing. */
    TEST,
    /** A part held out of the training set. */
    VALIDATION;

    /** "test" or "validation". */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
