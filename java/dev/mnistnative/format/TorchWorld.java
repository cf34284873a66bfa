package dev.mnistnative.format;

import dev.mnistnative.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The few of Python's and PyTorch's classes and functions that a state dict is made of, and what stands for them. All
 * others are refused by name; none is ever loaded or run.
 */
final class TorchWorld implements Pickle.World {
    private static final Map<String, ElementType> STORAGES = Map.of(
            "torch.FloatStorage", ElementType.FLOAT32,
            "torch.DoubleStorage", ElementType.FLOAT64,
            "torch.HalfStorage", ElementType.FLOAT16,
            "torch.BFloat16Storage", ElementType.BFLOAT16,
            "torch.LongStorage", ElementType.INT64,
            "torch.IntStorage", ElementType.INT32,
            "torch.ShortStorage", ElementType.INT16,
            "torch.CharStorage", ElementType.INT8,
            "torch.ByteStorage", ElementType.UINT8,
            "torch.BoolStorage", ElementType.BOOL);

    private static final Map<String, ElementType> DTYPES = Map.ofEntries(
            Map.entry("torch.float32", ElementType.FLOAT32),
            Map.entry("torch.float64", ElementType.FLOAT64),
            Map.entry("torch.float16", ElementType.FLOAT16),
            Map.entry("torch.bfloat16", ElementType.BFLOAT16),
            Map.entry("torch.int64", ElementType.INT64),
            Map.entry("torch.int32", ElementType.INT32),
            Map.entry("torch.int16", ElementType.INT16),
            Map.entry("torch.int8", ElementType.INT8),
            Map.entry("torch.uint8", ElementType.UINT8),
            Map.entry("torch.uint16", ElementType.UINT16),
            Map.entry("torch.uint32", ElementType.UINT32),
            Map.entry("torch.uint64", ElementType.UINT64),
            Map.entry("torch.bool", ElementType.BOOL),
            Map.entry("torch.float8_e5m2", ElementType.FLOAT8_E5M2),
            Map.entry("torch.float8_e4m3fn", ElementType.FLOAT8_E4M3));

    private static final String UNTYPED = "torch.storage.UntypedStorage";

    /** Those whose results are passed over: none is a net's tensor. */
    private static final Set<String> INERT = Set.of(
            "torch.device",
            "numpy.dtype",
            "numpy.ndarray",
            "numpy.core.multiarray.scalar",
            "numpy._core.multiarray.scalar",
            "numpy.core.multiarray._reconstruct",
            "numpy._core.multiarray._reconstruct",
            "_codecs.encode",
            "torch.serialization._get_layout");

    private static final Set<String> DICTIONARIES =
            Set.of("collections.OrderedDict", "collections.defaultdict", "collections.Counter", "builtins.dict");
    private static final Set<String> LISTS =
            Set.of("torch.Size", "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset");
    private static final String TENSOR = "torch._utils._rebuild_tensor";
    private static final String TENSOR2 = "torch._utils._rebuild_tensor_v2";
    private static final String TENSOR3 = "torch._utils._rebuild_tensor_v3";
    private static final String SUBCLASS = "torch._tensor._rebuild_from_type_v2";
    private static final Set<String> PARAMETERS = Set.of(
            "torch._utils._rebuild_parameter",
            "torch._utils._rebuild_parameter_with_state",
            "torch.nn.parameter.Parameter");
    private static final Set<String> OTHERS = Set.of(TENSOR, TENSOR2, TENSOR3, SUBCLASS, UNTYPED, "builtins.object");

    private final Map<String, TorchStorage> storages = new LinkedHashMap<>();

    /** All that are named, by their keys. */
    Map<String, TorchStorage> storages() {
        return storages;
    }

    @Override
    public Pickle.Global global(String module, String name) {
        Pickle.Global global =
                new Pickle.Global(module.equals("__builtin__") ? "builtins" : module, name); // Python 2's name
        String full = global.toString();
        boolean known = STORAGES.containsKey(full)
                || DTYPES.containsKey(full)
                || INERT.contains(full)
                || DICTIONARIES.contains(full)
                || LISTS.contains(full)
                || PARAMETERS.contains(full)
                || OTHERS.contains(full);
        FileContents.require(known, refusal(module, full));
        return global;
    }

    private static String refusal(String module, String name) {
        if (module.startsWith("sklearn.") || module.startsWith("joblib.")) {
            return "it is a pickle of scikit-learn (" + name + "), which only Python can load: convert the model with "
                    + "skl2onnx, or save its coefs_ and intercepts_ by numpy.savez as coef_0, intercept_0, coef_1 …";
        }
        if (module.startsWith("torch.nn.") || module.equals("__main__") || module.startsWith("torch.jit")) {
            return "it holds a whole model, an object of " + name
                    + ", which only its own Python code can load: load it "
                    + "there and save model.state_dict() with torch.save";
        }
        return "it asks for " + name + ", which no state dict needs, so that nothing of it was read: load it in Python "
                + "and save model.state_dict() alone with torch.save";
    }

    @Override
    public Object call(Pickle.Global callable, Pickle.Tuple arguments) {
        String name = callable.toString();
        if (DICTIONARIES.contains(name)) {
            return dictionary(arguments);
        }
        if (LISTS.contains(name)) {
            return arguments.items().isEmpty() || !(arguments.items().get(0) instanceof Pickle.Tuple tuple)
                    ? new ArrayList<>()
                    : new ArrayList<>(tuple.items());
        }
        if (PARAMETERS.contains(name)) {
            return argument(arguments, 0, Object.class);
        }
        if (name.equals(SUBCLASS)) {
            return call(argument(arguments, 0, Pickle.Global.class), argument(arguments, 2, Pickle.Tuple.class));
        }
        if (name.equals(TENSOR) || name.equals(TENSOR2)) {
            TorchStorage storage = argument(arguments, 0, TorchStorage.class);
            return tensor(storage, storage.type(), arguments);
        }
        if (name.equals(TENSOR3)) {
            ElementType type =
                    DTYPES.get(argument(arguments, 6, Pickle.Global.class).toString());
            FileContents.require(type != null, "its pickle has a tensor of no type");
            return tensor(argument(arguments, 0, TorchStorage.class), type, arguments);
        }
        FileContents.require(INERT.contains(name), "its pickle calls " + name + ", which is nothing to call");
        return new Pickle.Tuple(List.of());
    }

    /** Empty, or by old Pythons with its entries. */
    private static Map<Object, Object> dictionary(Pickle.Tuple arguments) {
        Map<Object, Object> dictionary = new LinkedHashMap<>();
        if (!arguments.items().isEmpty() && arguments.items().get(0) instanceof List<?> entries) {
            for (Object entry : entries) {
                if (entry instanceof List<?> pair && pair.size() == 2 && pair.get(0) instanceof String) {
                    dictionary.put(pair.get(0), pair.get(1));
                } else if (entry instanceof Pickle.Tuple pair
                        && pair.items().size() == 2
                        && pair.items().get(0) instanceof String) {
                    dictionary.put(pair.items().get(0), pair.items().get(1));
                }
            }
        }
        return dictionary;
    }

    private static <T> T argument(Pickle.Tuple arguments, int index, Class<T> type) {
        boolean there = index < arguments.items().size()
                && type.isInstance(arguments.items().get(index));
        FileContents.require(there, "its pickle builds a tensor of wrong parts: it is damaged, save it again");
        return type.cast(arguments.items().get(index));
    }

    private static TorchTensor tensor(TorchStorage storage, ElementType type, Pickle.Tuple arguments) {
        return new TorchTensor(
                storage,
                type,
                argument(arguments, 1, Long.class),
                longs(argument(arguments, 2, Object.class)),
                longs(argument(arguments, 3, Object.class)));
    }

    private static List<Long> longs(Object sizes) {
        List<?> items =
                sizes instanceof Pickle.Tuple tuple ? tuple.items() : sizes instanceof List<?> list ? list : null;
        FileContents.require(
                items != null && items.size() <= 64 && items.stream().allMatch(Long.class::isInstance),
                "its pickle has a tensor without sizes");
        return items.stream().map(Long.class::cast).toList();
    }

    /** A storage: ("storage", type, key, device, elements), in the old format followed by None or a part of it. */
    @Override
    public Object persistent(Object id) {
        FileContents.require(
                id instanceof Pickle.Tuple tuple
                        && tuple.items().size() >= 5
                        && "storage".equals(tuple.items().get(0)),
                "its pickle refers to something that is no storage");
        Pickle.Tuple parts = (Pickle.Tuple) id;
        String type = argument(parts, 1, Pickle.Global.class).toString();
        FileContents.require(
                STORAGES.containsKey(type) || type.equals(UNTYPED), "its pickle has a storage of type " + type);
        FileContents.require(
                parts.items().size() == 5 || parts.items().get(5) == null,
                "it holds parts of storages, as PyTorch before 0.4 saved them: load and save it with a newer one");
        String key = argument(parts, 2, String.class);
        TorchStorage storage =
                new TorchStorage(key, STORAGES.getOrDefault(type, ElementType.UINT8), argument(parts, 4, Long.class));
        TorchStorage known = storages.putIfAbsent(key, storage);
        FileContents.require(
                known == null || known.sameAs(storage), "its pickle tells two things of storage \"" + key + "\"");
        return known == null ? storage : known;
    }
}
