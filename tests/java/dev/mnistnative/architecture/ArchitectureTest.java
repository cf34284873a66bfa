package dev.mnistnative.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Map;

/** The layers of the house: who may know whom, and who may use which library. */
@AnalyzeClasses(packages = "dev.mnistnative", importOptions = ArchitectureTest.NoTests.class)
class ArchitectureTest {
    private static final String ROOT = "dev.mnistnative";

    /** Leaves the tests out wherever the build put them; ArchUnit's own option knows only target/test-classes. */
    static final class NoTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }

    /**
     * Floor of each package; the root package ("") holds what all share and may ask the binding about the machine. Of
     * the packages that meet at values each stands on its own floor, so that every arrow between them is held.
     */
    private static final Map<String, Integer> FLOOR = Map.ofEntries(
            entry("", 0),
            entry("internal", 0),
            entry("binding", 0),
            entry("array", 1),
            entry("metrics", 1),
            entry("data", 2),
            entry("net", 3),
            entry("format", 4),
            entry("model", 5),
            entry("train", 6),
            entry("bench", 7),
            entry("image", 7),
            entry("report", 7),
            entry("serve", 7),
            entry("cli", 8));

    private static final int TOP_LIBRARY_FLOOR = FLOOR.get("train");

    @ArchTest
    static final ArchRule NOTHING_POINTS_UP = classes().should(new ArchCondition<>("depend on their floor or below") {
        @Override
        public void check(JavaClass origin, ConditionEvents events) {
            for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (isOurs(target) && floor(target) > floor(origin)) {
                    events.add(SimpleConditionEvent.violated(origin, dependency.getDescription()));
                }
            }
        }
    });

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    /** The commands and options lean on each other one way: Main on the commands, those on the options. */
    @ArchTest
    static final ArchRule NO_RING_OF_CLASSES_ON_THE_COMMAND_LINE = slices().assignedFrom(new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    return type.getPackageName().equals(ROOT + ".cli")
                            ? SliceIdentifier.of(outermost(type).getSimpleName())
                            : SliceIdentifier.ignore();
                }

                @Override
                public String getDescription() {
                    return "classes of the command line";
                }
            })
            .should()
            .beFreeOfCycles();

    /** report/terminal, report/files and report/html stand side by side; what they share lies in report itself. */
    @ArchTest
    static final ArchRule THE_ROOMS_OF_THE_REPORTS_DO_NOT_KNOW_EACH_OTHER =
            slices().matching(ROOT + ".report.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule WHAT_THE_REPORTS_SHARE_KNOWS_NONE_OF_THEM = noClasses()
            .that()
            .resideInAPackage(ROOT + ".report")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".report.*..");

    @ArchTest
    static final ArchRule ONE_DOOR_TO_THE_NATIVE_SIDE = methods()
            .that()
            .haveModifier(JavaModifier.NATIVE)
            .should()
            .beDeclaredInClassesThat()
            .resideInAPackage(ROOT + ".binding..");

    @ArchTest
    static final ArchRule ONLY_THE_BINDING_USES_JAVACPP = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".binding..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco..");

    @ArchTest
    static final ArchRule ONLY_THE_GPU_BINDING_USES_THE_CUDA_PRESETS = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".binding.gpu..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco.cuda..");

    @ArchTest
    static final ArchRule BELOW_THE_COMMAND_LINE_ONLY_THE_READERS_USE_FASTCSV = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".data", ROOT + ".report..", ROOT + ".cli")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("de.siegmar.fastcsv..");

    @ArchTest
    static final ArchRule THE_LIBRARY_NEEDS_JAVACPP_SLF4J_AND_FASTCSV_AT_MOST = classes()
            .that(describe("are below the reports and the command line", type -> floor(type) <= TOP_LIBRARY_FLOOR))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.bytedeco..", "org.slf4j", "de.siegmar.fastcsv..", ROOT + "..");

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    /** The module's exports keep others out; the application lies in the module itself. */
    @ArchTest
    static final ArchRule WHAT_STANDS_ABOVE_THE_LIBRARY_USES_NO_INTERNALS = noClasses()
            .that(describe("are above the library", type -> floor(type) > TOP_LIBRARY_FLOOR))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + ".*.internal..", ROOT + ".array..", ROOT + ".binding..");

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
    }

    private static int floor(JavaClass type) {
        String path = type.getPackageName().substring(ROOT.length());
        String room = path.isEmpty() ? "" : path.substring(1).split("\\.", 2)[0];
        Integer floor = FLOOR.get(room);
        if (floor == null) {
            throw new AssertionError("package " + type.getPackageName() + " has no floor: give it one in this test");
        }
        return floor;
    }
}
