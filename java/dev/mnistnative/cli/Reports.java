package dev.mnistnative.cli;

import dev.mnistnative.train.TrainingListener;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The listeners of a run, those with files closed together. */
final class Reports implements Closeable {
    private final List<TrainingListener> listeners = new ArrayList<>();

    void add(TrainingListener listener) {
        listeners.add(listener);
    }

    TrainingListener[] listeners() {
        return listeners.toArray(TrainingListener[]::new);
    }

    /** The reports that could not be written to their ends. */
    List<String> missing() {
        return listeners.stream()
                .filter(SideOutput.class::isInstance)
                .map(SideOutput.class::cast)
                .filter(SideOutput::hasFailed)
                .map(SideOutput::name)
                .toList();
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (TrainingListener listener : listeners) {
            if (listener instanceof Closeable closeable) {
                try {
                    closeable.close();
                } catch (IOException e) {
                    if (failure == null) {
                        failure = e;
                    } else {
                        failure.addSuppressed(e);
                    }
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
