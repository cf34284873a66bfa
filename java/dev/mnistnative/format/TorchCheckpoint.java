package dev.mnistnative.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Finds the one state dict in what was saved: itself, or an entry of a checkpoint's dictionary. */
final class TorchCheckpoint {
    private static final int MAX_DEPTH = 5;
    private static final Set<String> USUAL = Set.of(
            "state_dict", "model_state_dict", "model", "model_state", "net", "network", "module", "weights", "params");
    private static final String REMEDY = "save model.state_dict() with torch.save";

    private final Consumer<String> notes;
    private final Map<String, Map<String, StoredTensor>> found = new LinkedHashMap<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    TorchCheckpoint(Consumer<String> notes) {
        this.notes = notes;
    }

    /** @throws IllegalArgumentException if there is none, or more than one */
    Map<String, StoredTensor> stateDict(Object root) {
        FileContents.require(!(root instanceof StoredTensor), "it holds one tensor, not a state dict: " + REMEDY);
        Map<String, StoredTensor> listed = listed(root);
        if (!listed.isEmpty()) {
            notes.accept(
                    "it holds tensors without names, which were taken as the weights and biases of layers in order");
            return listed;
        }
        FileContents.require(root instanceof Map, "it holds no dictionary of tensors: " + REMEDY);
        search((Map<?, ?>) root, "", 0);
        FileContents.require(
                !found.isEmpty(), "no dictionary in it has a layer's weight (as \"fc1.weight\"): " + REMEDY);
        String path = chosen();
        if (!path.isEmpty()) {
            notes.accept("taken from its entry \"" + path + "\", the rest of the checkpoint was left out: "
                    + StateDict.named(((Map<?, ?>) root)
                            .keySet().stream()
                                    .map(String::valueOf)
                                    .filter(key -> !path.equals(key) && !path.startsWith(key + "."))));
        }
        return found.get(path);
    }

    private String chosen() {
        List<String> paths = List.copyOf(found.keySet());
        if (paths.size() == 1) {
            return paths.get(0);
        }
        List<String> usual = paths.stream()
                .filter(path -> USUAL.contains(path.substring(path.lastIndexOf('.') + 1)))
                .toList();
        FileContents.require(
                usual.size() == 1,
                "it holds " + paths.size() + " state dicts, "
                        + paths.stream().map(path -> "\"" + path + "\"").collect(Collectors.joining(", "))
                        + ": save the one that is meant alone with torch.save");
        return usual.get(0);
    }

    private void search(Map<?, ?> dictionary, String path, int depth) {
        if (depth > MAX_DEPTH || !seen.add(dictionary)) {
            return;
        }
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        dictionary.forEach((key, value) -> {
            if (key instanceof String name && value instanceof StoredTensor tensor) {
                tensors.put(name, tensor);
            }
        });
        boolean isStateDict = tensors.entrySet().stream()
                .anyMatch(entry -> entry.getValue().shape().size() == 2
                        && ParameterName.of(entry.getKey())
                                .filter(ParameterName::weight)
                                .isPresent());
        if (isStateDict) {
            found.put(path, tensors);
            return;
        }
        dictionary.forEach((key, value) -> {
            if (key instanceof String name && value instanceof Map<?, ?> inner) {
                search(inner, path.isEmpty() ? name : path + "." + name, depth + 1);
            }
        });
    }

    /** Of a list of tensors, as {@code list(model.parameters())}. */
    private static Map<String, StoredTensor> listed(Object root) {
        List<?> items =
                root instanceof List<?> list ? list : root instanceof Pickle.Tuple tuple ? tuple.items() : List.of();
        List<StoredTensor> tensors = new ArrayList<>();
        items.forEach(item -> {
            if (item instanceof StoredTensor tensor) {
                tensors.add(tensor);
            }
        });
        return tensors.size() == items.size() ? StateDict.named(tensors) : Map.of();
    }
}
