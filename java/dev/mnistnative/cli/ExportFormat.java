package dev.mnistnative.cli;

/** What {@code export --to} takes. */
enum ExportFormat {
    ONNX,
    SAFETENSORS,
    NPZ
}
