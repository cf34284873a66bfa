package dev.mnistnative.cli;

/**
 * What {@code --class-weights} takes.
 *
 * @param each one for each class; null where the training set balances them
 */
record ClassWeights(float[] each) {
    private static final String BALANCED = "balanced";

    boolean areBalanced() {
        return each == null;
    }

    static ClassWeights parse(String text) {
        if (text.equals(BALANCED)) {
            return new ClassWeights(null);
        }
        String[] numbers = text.strip().split("\\s*,\\s*", -1);
        float[] each = new float[numbers.length];
        for (int c = 0; c < each.length; c++) {
            try {
                each[c] = Float.parseFloat(numbers[c]);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "'" + text + "' is neither " + BALANCED + " nor a number for each class, such as 1,0.5,2", e);
            }
        }
        return new ClassWeights(each);
    }
}
