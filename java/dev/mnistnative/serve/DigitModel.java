package dev.mnistnative.serve;

/** What answers: safe for use by many threads at once. */
public interface DigitModel {
    /** How likely each class is for one image of [28, 28] unsigned bytes, bright on black. */
    float[] probabilities(byte[] pixels);

    /** One line on the net and where it computes, for the page. */
    String description();

    /** Bytes that the model holds on the native side. */
    long nativeBytes();
}
