package dev.mnistnative.format;

import dev.mnistnative.net.ModelInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads what PyTorch's torch.save writes: a zip with a pickle and the numbers, since 1.6, or the old format, pickles
 * with the numbers behind them.
 */
final class TorchReader {
    private static final String PICKLE = "data.pkl";
    private static final int MAX_PICKLE = 1 << 24;
    private static final byte[] OLD_MAGIC = {
        (byte) 0x80,
        2,
        (byte) 0x8a,
        10,
        0x6c,
        (byte) 0xfc,
        (byte) 0x9c,
        0x46,
        (byte) 0xf9,
        0x20,
        0x6a,
        (byte) 0xa8,
        0x50,
        0x19,
        '.'
    };

    private TorchReader() {}

    /** Whether a zip is PyTorch's. */
    static boolean isIn(ZipArchive zip) {
        return pickleIn(zip) != null;
    }

    private static String pickleIn(ZipArchive zip) {
        return zip.names().stream()
                .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
                .findFirst()
                .orElse(null);
    }

    static SavedModel.Content read(ZipArchive zip, Consumer<String> notes) throws IOException {
        String pickle = pickleIn(zip);
        String folder = pickle.substring(0, pickle.length() - PICKLE.length());
        FileContents.require(
                zip.names().stream()
                        .noneMatch(name -> name.startsWith(folder + "code/") || name.equals(folder + "constants.pkl")),
                "it is TorchScript (torch.jit.save), a program besides its weights: save "
                        + "torch.jit.load(FILE).state_dict() with torch.save");
        ByteOrder order = order(zip, folder + "byteorder");
        TorchWorld world = new TorchWorld();
        Object root = Pickle.read(zip.read(pickle, MAX_PICKLE), world);
        world.storages()
                .values()
                .forEach(storage -> storage.comesFrom(bytes -> {
                    String part = folder + "data/" + storage.key();
                    FileContents.require(
                            zip.size(part) >= bytes,
                            "its part \"" + part + "\" has " + zip.size(part) + " bytes, but its tensors want "
                                    + bytes);
                    return zip.read(part, Integer.MAX_VALUE - 8L).order(order);
                }));
        return content(root, notes);
    }

    private static ByteOrder order(ZipArchive zip, String name) throws IOException {
        if (!zip.names().contains(name)) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        String text = StandardCharsets.US_ASCII.decode(zip.read(name, 16)).toString();
        return text.equals("big") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** Whether a file that begins as a pickle is of PyTorch's old format. */
    static boolean isOldFormat(byte[] head) {
        return head.length > OLD_MAGIC.length
                && Arrays.equals(head, 0, OLD_MAGIC.length, OLD_MAGIC, 0, OLD_MAGIC.length);
    }

    /** Magic number, protocol, system, the object, the keys of its storages, and for each its length and numbers. */
    static SavedModel.Content readOldFormat(ByteSource file, Consumer<String> notes) throws IOException {
        ByteBuffer in = file.bytes(0, Math.min(file.size(), MAX_PICKLE));
        TorchWorld world = new TorchWorld();
        Pickle.read(in, world);
        Pickle.read(in, world);
        Object system = Pickle.read(in, world);
        Object root = Pickle.read(in, world);
        Object keys = Pickle.read(in, world);
        boolean little = !(system instanceof Map<?, ?> map) || !Boolean.FALSE.equals(map.get("little_endian"));
        FileContents.require(keys instanceof List, "the list of its storages is damaged: save it again");
        long position = in.position();
        for (Object key : (List<?>) keys) {
            TorchStorage storage = world.storages().get(key instanceof String ? key : "");
            FileContents.require(storage != null, "the list of its storages is damaged: save it again");
            long begin = position + Long.BYTES;
            storage.comesFrom(
                    bytes -> file.bytes(begin, bytes).order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN));
            position = begin + storage.bytes();
        }
        return content(root, notes);
    }

    private static SavedModel.Content content(Object root, Consumer<String> notes) throws IOException {
        Map<String, StoredTensor> tensors = new TorchCheckpoint(notes).stateDict(root);
        return new SavedModel.Content(StateDict.toParameters(tensors, true, null, notes), () -> ModelInfo.NONE);
    }
}
