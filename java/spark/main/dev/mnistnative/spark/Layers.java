package dev.mnistnative.spark;

/** The net's sizes, by the parameters and by what the rows are. */
final class Layers {
    private Layers() {}

    /**
     * Those told, or the features, the hidden layers and the outputs.
     *
     * @throws IllegalArgumentException if those told do not fit the rows
     */
    static int[] of(NativeParams params, int features, int outputs) {
        if (params.isDefined(params.layers())) {
            int[] told = params.getLayers();
            if (told[0] != features) {
                throw new IllegalArgumentException("layers begins with " + told[0] + ", but the rows have " + features
                        + " features: give layers as many, or set hiddenLayers instead");
            }
            return told;
        }
        int[] hidden = params.getHiddenLayers();
        int[] sizes = new int[hidden.length + 2];
        sizes[0] = features;
        System.arraycopy(hidden, 0, sizes, 1, hidden.length);
        sizes[sizes.length - 1] = outputs;
        return sizes;
    }
}
