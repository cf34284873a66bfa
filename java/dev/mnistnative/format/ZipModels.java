package dev.mnistnative.format;

import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;

/** Nets in zips: PyTorch's and NumPy's are read, others named for what they are. */
final class ZipModels {
    private ZipModels() {}

    static SavedModel.Content read(ByteSource file, Consumer<String> notes) throws IOException {
        ZipArchive zip = new ZipArchive(file);
        if (TorchReader.isIn(zip)) {
            return TorchReader.read(zip, notes);
        }
        if (NpzReader.isIn(zip)) {
            return NpzReader.read(zip, notes);
        }
        throw new IllegalArgumentException(foreign(zip.names()));
    }

    private static String foreign(Set<String> names) {
        if (names.stream().anyMatch(name -> name.endsWith(".h5"))) {
            return "it is Keras's (.keras), with HDF5 in it: save the arrays of its Dense layers by "
                    + "numpy.savez, or turn "
                    + "the model into ONNX with tf2onnx";
        }
        if (names.stream()
                .anyMatch(name -> name.endsWith("serialized_exported_program.json")
                        || name.endsWith("archive_format")
                        || name.endsWith("models/model.json"))) {
            return "it is an exported program of PyTorch (torch.export, .pt2): save model.state_dict() with "
                    + "torch.save, or"
                    + " export ONNX";
        }
        return "it is a zip of " + StateDict.named(names.stream()) + ": unpack it and give the model in it";
    }
}
