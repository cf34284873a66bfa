package dev.mnistnative.cli;

import dev.mnistnative.data.CsvOptions;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Deformation;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Precision;
import dev.mnistnative.train.Keep;
import dev.mnistnative.train.LearningRateSchedule;
import dev.mnistnative.train.Loss;
import dev.mnistnative.train.Preset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** From option values to types. A refusal says what is accepted. */
final class Converters {
    private static final List<Class<?>> TYPES = List.of(
            Device.class,
            Activation.class,
            PixelScale.class,
            LearningRateSchedule.class,
            Deformation.class,
            ImageShapeOption.Shape.class,
            Seeds.class,
            Preset.class,
            Precision.class,
            ExportFormat.class,
            OptimizerKind.class,
            CsvOptions.Header.class,
            TableOptions.Delimiter.class,
            ClassWeights.class,
            Loss.class,
            Keep.class,
            ProgressDisplay.class);

    private Converters() {}

    /** Makes the converters known to a command and all below it. */
    static void register(CommandLine root) {
        for (Class<?> type : TYPES) {
            register(root, type);
        }
    }

    private static <T> void register(CommandLine root, Class<T> type) {
        root.registerConverter(type, new Refusing<>(type));
    }

    /** One class for all types: a lambda for each took a tenth of a start. */
    private static final class Refusing<T> implements ITypeConverter<T> {
        private final Class<T> type;

        Refusing(Class<T> type) {
            this.type = type;
        }

        @Override
        public T convert(String text) {
            try {
                return type.cast(type.isEnum() ? named(type.getEnumConstants(), text) : value(type, text));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private static Object value(Class<?> type, String text) {
        if (type == Device.class) {
            return Device.parse(text);
        } else if (type == Activation.class) {
            return Activation.of(text);
        } else if (type == PixelScale.class) {
            return scale(text);
        } else if (type == LearningRateSchedule.class) {
            return schedule(text);
        } else if (type == Deformation.class) {
            return Deformation.parse(text);
        } else if (type == ImageShapeOption.Shape.class) {
            return ImageShapeOption.Shape.parse(text);
        } else if (type == Seeds.class) {
            return Seeds.parse(text);
        } else if (type == TableOptions.Delimiter.class) {
            return TableOptions.Delimiter.parse(text);
        } else if (type == ClassWeights.class) {
            return ClassWeights.parse(text);
        } else if (type == Loss.class) {
            return Loss.of(text);
        }
        throw new IllegalStateException("no converter for " + type);
    }

    /** A constant by its name. */
    private static Object named(Object[] constants, String text) {
        List<String> names = new ArrayList<>();
        for (Object constant : constants) {
            String name = constant instanceof Preset preset
                    ? preset.id()
                    : ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
            if (name.equals(text)) {
                return constant;
            }
            names.add(name);
        }
        throw new IllegalArgumentException("'" + text + "' is none of " + String.join(", ", names));
    }

    /** {@code constant}, {@code step:N,G} or {@code cosine[:MIN]}. */
    static LearningRateSchedule schedule(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        String[] arguments =
                colon < 0 ? new String[0] : text.substring(colon + 1).split(",", -1);
        try {
            switch (name + "/" + arguments.length) {
                case "constant/0":
                    return LearningRateSchedule.constant();
                case "step/2":
                    return LearningRateSchedule.step(Integer.parseInt(arguments[0]), Double.parseDouble(arguments[1]));
                case "cosine/0":
                    return LearningRateSchedule.cosine(0);
                case "cosine/1":
                    return LearningRateSchedule.cosine(Double.parseDouble(arguments[0]));
                default:
                    break;
            }
        } catch (NumberFormatException e) {
            // told below, with what is accepted
        }
        throw new IllegalArgumentException("'" + text + "' is none of constant, step:EPOCHS,GAMMA and cosine[:MIN]");
    }

    /** {@code unit} (1/255), {@code raw} (1) or a factor. */
    static PixelScale scale(String text) {
        return switch (text) {
            case "unit" -> new PixelScale(Dataset.UNIT_SCALE);
            case "raw" -> new PixelScale(1);
            default -> new PixelScale(factor(text));
        };
    }

    private static double factor(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is none of unit, raw and a number");
        }
    }
}
