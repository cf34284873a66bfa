package dev.mnistnative.cli;

import dev.mnistnative.train.Adam;
import dev.mnistnative.train.AdamW;
import dev.mnistnative.train.Optimizer;
import dev.mnistnative.train.Sgd;

/** The optimizers that {@code --optimizer} can name, each with PyTorch's defaults. */
enum OptimizerKind {
    ADAM(new Adam(1e-3)),
    ADAMW(new AdamW(1e-3)),
    SGD(new Sgd(0.01));

    /** In the help. */
    static final String NAMES = "adam|adamw|sgd";

    private final Optimizer defaults;

    OptimizerKind(Optimizer defaults) {
        this.defaults = defaults;
    }

    Optimizer defaults() {
        return defaults;
    }
}
