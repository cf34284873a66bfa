package dev.mnistnative.serve;

/** Takes an image for the digit that its first pixel's value says; slow where the second pixel is lit. */
final class BrightModel implements DigitModel {
    static final int SLOW_MILLIS = 400;

    @Override
    public float[] probabilities(byte[] pixels) {
        if (pixels[1] != 0) {
            try {
                Thread.sleep(SLOW_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        float[] probabilities = new float[10];
        probabilities[(pixels[0] & 0xff) % 10] = 1;
        return probabilities;
    }

    @Override
    public String description() {
        return "a test's model";
    }

    @Override
    public long nativeBytes() {
        return 4711;
    }

    /** JSON whose image is taken for this digit. */
    static String json(int digit, boolean slow) {
        return "{\"pixels\":[" + digit + "," + (slow ? 1 : 0) + ",0".repeat(782) + "]}";
    }
}
