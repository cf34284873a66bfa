package dev.mnistnative.cli;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a compiled class says and whom it knows: its constants (JVMS 4.4). Annotations are not among the texts.
 *
 * @param texts its string constants, also those of concatenations
 * @param classes internal names of the classes it names
 */
record ClassFile(Set<String> texts, Set<String> classes) {
    private static final int MAGIC = 0xcafebabe;

    static ClassFile read(Path file) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)));
        if (in.readInt() != MAGIC) {
            throw new IOException(file + " is no class");
        }
        in.readInt(); // versions
        int constants = in.readUnsignedShort();
        Map<Integer, String> utf8 = new HashMap<>();
        Set<Integer> strings = new HashSet<>();
        Set<Integer> names = new HashSet<>();
        for (int i = 1; i < constants; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> utf8.put(i, in.readUTF());
                case 7 -> names.add(in.readUnsignedShort());
                case 8 -> strings.add(in.readUnsignedShort());
                case 16, 19, 20 -> in.readUnsignedShort();
                case 15 -> in.skipBytes(3);
                case 5, 6 -> {
                    in.readLong();
                    i++; // they take two places
                }
                default -> in.readInt();
            }
        }
        Set<String> texts = new TreeSet<>();
        strings.forEach(index -> texts.add(utf8.get(index)));
        Set<String> classes = new TreeSet<>();
        names.forEach(index -> classes.add(utf8.get(index)));
        return new ClassFile(texts, classes);
    }
}
