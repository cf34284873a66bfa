import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.data.Standardizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes MNIST, each pixel standardised, as little-endian float32: a folder's train-images-f32 and t10k-images-f32. */
public final class Standardized {
    public static void main(String[] args) throws IOException {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalStateException("this machine's byte order is not the files'");
        }
        try (Dataset train = Mnist.train();
                Dataset test = Mnist.test()) {
            Standardizer standardizer = Standardizer.fit(train);
            write(standardizer.apply(train), Path.of(args[0], "train-images-f32"));
            write(standardizer.apply(test), Path.of(args[0], "t10k-images-f32"));
        }
    }

    private static void write(Dataset data, Path file) throws IOException {
        try (data;
                FileChannel out = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            for (ByteBuffer pixels = data.pixels(); pixels.hasRemaining(); ) {
                out.write(pixels);
            }
        }
    }
}
