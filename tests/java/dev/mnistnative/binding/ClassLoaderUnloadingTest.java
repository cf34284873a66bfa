package dev.mnistnative.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that is deployed anew leaves nothing of the old one behind. */
class ClassLoaderUnloadingTest {
    private static final String NONE_LEFT = "class loaders 0, libraries 0, threads 0";

    @TempDir
    private Path folder;

    @Test
    void classLoadersThatHaveTrainedAreCollected() throws Exception {
        assertEquals(List.of(NONE_LEFT), dropped(5, List.of()));
    }

    /** The user's word wins: then JavaCPP's threads are there, and keep their class loaders. */
    @Test
    void theThreadIsStartedIfTheUserSaysSo() throws Exception {
        List<String> lines = dropped(2, List.of("-Dorg.bytedeco.javacpp.nopointergc=false", "-Ddropped.seconds=1"));
        assertEquals("class loaders 2", lines.get(0).split(",")[0]);
        assertEquals("threads 3", lines.get(0).split(", ")[2], "with that of the last, which is not counted");
    }

    private List<String> dropped(int count, List<String> properties) throws Exception {
        return DroppedClassLoaders.run(folder, count, properties);
    }
}
