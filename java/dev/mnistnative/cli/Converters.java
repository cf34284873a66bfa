package dev.mnistnative.cli;

import dev.mnistnative.net.Device;
import dev.mnistnative.net.Precision;
import dev.mnistnative.train.LearningRateSchedule;
import dev.mnistnative.train.Preset;
import java.util.Arrays;
import java.util.Locale;
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
        root.registerConverter(PixelScale.class, refusing(PixelScale::parse));
        root.registerConverter(LearningRateSchedule.class, refusing(Converters::schedule));
        root.registerConverter(Preset.class, names(Preset.class));
        root.registerConverter(Precision.class, names(Precision.class));
        root.registerConverter(ExportCommand.Format.class, names(ExportCommand.Format.class));
        root.registerConverter(OptimizerOptions.Kind.class, names(OptimizerOptions.Kind.class));
        root.registerConverter(ReportOptions.Progress.class, names(ReportOptions.Progress.class));
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

    private static <T> ITypeConverter<T> refusing(ITypeConverter<T> converter) {
        return text -> {
            try {
                return converter.convert(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    /** Constants by their lower-case names. */
    private static <E extends Enum<E>> ITypeConverter<E> names(Class<E> type) {
        return text -> Arrays.stream(type.getEnumConstants())
                .filter(constant -> lower(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(Converters::lower)
                                .collect(Collectors.joining(", "))));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
