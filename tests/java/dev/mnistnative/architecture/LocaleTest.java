package dev.mnistnative.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the program writes and reads is the same whoever's country and encoding it runs in: nothing takes Java's default
 * locale (Persian has digits of its own, Turkish an i without a dot) or its default charset.
 */
@AnalyzeClasses(packages = "dev.mnistnative", importOptions = ArchitectureTest.NoTests.class)
class LocaleTest {
    /** Methods that take the default locale or charset where none is among their parameters. */
    private static final Map<String, Set<String>> DEFAULTING = Map.of(
            "java.lang.String", Set.of("format", "formatted", "toLowerCase", "toUpperCase", "getBytes"),
            "java.io.PrintWriter", Set.of("format", "printf"),
            "java.io.PrintStream", Set.of("format", "printf"),
            "java.io.ByteArrayOutputStream", Set.of("toString"),
            "java.time.format.DateTimeFormatter", Set.of("ofPattern"));

    /** Classes whose constructors do. */
    private static final Set<String> DEFAULTING_WHEN_MADE = Set.of(
            "java.util.Formatter",
            "java.util.Scanner",
            "java.io.InputStreamReader",
            "java.io.OutputStreamWriter",
            "java.io.FileReader",
            "java.io.FileWriter",
            "java.io.PrintStream",
            "java.text.DecimalFormat",
            "java.text.MessageFormat",
            "java.text.SimpleDateFormat");

    /** What names neither but asks for the machine's own. */
    private static final Map<String, Set<String>> DEFAULTS =
            Map.of("java.util.Locale", Set.of("getDefault"), "java.nio.charset.Charset", Set.of("defaultCharset"));

    @ArchTest
    static final ArchRule NOTHING_TAKES_THE_DEFAULT_LOCALE_OR_CHARSET = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.mnistnative.cli.Terminal") // which asks what the terminal shows
            .should()
            .callCodeUnitWhere(describe("takes the default locale or charset", LocaleTest::takesDefault));

    private static boolean takesDefault(JavaCall<?> call) {
        CodeUnitCallTarget target = call.getTarget();
        String owner = target.getOwner().getName();
        if (DEFAULTS.getOrDefault(owner, Set.of()).contains(target.getName())) {
            return true;
        }
        boolean named = target.getRawParameterTypes().stream()
                .anyMatch(type -> type.isEquivalentTo(Locale.class)
                        || type.isEquivalentTo(Charset.class)
                        || type.isAssignableTo(java.nio.charset.CharsetDecoder.class)
                        || type.isAssignableTo(java.nio.charset.CharsetEncoder.class));
        if (named) {
            return false;
        }
        boolean made = target.getName().equals("<init>");
        boolean bytesToText = made
                && owner.equals("java.lang.String")
                && !target.getRawParameterTypes().isEmpty()
                && target.getRawParameterTypes().get(0).isEquivalentTo(byte[].class);
        boolean printsToFileOrStream = made
                && owner.equals("java.io.PrintWriter")
                && !target.getRawParameterTypes().get(0).isAssignableTo(java.io.Writer.class);
        return bytesToText
                || printsToFileOrStream
                || made && DEFAULTING_WHEN_MADE.contains(owner)
                || DEFAULTING.getOrDefault(owner, Set.of()).contains(target.getName());
    }
}
