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
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** From option values to types. A refusal says what is accepted. */
final class Converters {
    private Converters() {}

    /** Makes the converters known to a command and all below it. */
    static void register(CommandLine root) {
        root.registerConverter(Device.class, refusing(Device::parse));
        root.registerConverter(Activation.class, refusing(Activation::of));
        root.registerConverter(PixelScale.class, refusing(Converters::scale));
        root.registerConverter(LearningRateSchedule.class, refusing(Converters::schedule));
        root.registerConverter(Deformation.class, refusing(Deformation::parse));
        root.registerConverter(ImageShapeOption.Shape.class, refusing(ImageShapeOption.Shape::parse));
        root.registerConverter(Seeds.class, refusing(Seeds::parse));
        root.registerConverter(Preset.class, named(Preset.values(), Preset::id));
        root.registerConverter(Precision.class, named(Precision.values(), Converters::lower));
        root.registerConverter(ExportFormat.class, named(ExportFormat.values(), Converters::lower));
        root.registerConverter(OptimizerKind.class, named(OptimizerKind.values(), Converters::lower));
        root.registerConverter(CsvOptions.Header.class, named(CsvOptions.Header.values(), Converters::lower));
        root.registerConverter(TableOptions.Delimiter.class, refusing(TableOptions.Delimiter::parse));
        root.registerConverter(ClassWeights.class, refusing(ClassWeights::parse));
        root.registerConverter(Loss.class, refusing(Loss::of));
        root.registerConverter(Keep.class, named(Keep.values(), Converters::lower));
        root.registerConverter(ProgressDisplay.class, named(ProgressDisplay.values(), Converters::lower));
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

    private static <T> ITypeConverter<T> refusing(ITypeConverter<T> converter) {
        return text -> {
            try {
                return converter.convert(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    /** Constants by their names. */
    private static <T> ITypeConverter<T> named(T[] constants, Function<T, String> name) {
        return text -> Arrays.stream(constants)
                .filter(constant -> name.apply(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of "
                        + Arrays.stream(constants).map(name).collect(Collectors.joining(", "))));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
