package dev.mnistnative.internal;

/** The version of these classes, known without native code. */
public final class Version {
    /** "major.minor.patch", as in pom.xml and CMakeLists.txt, which a test holds against it. */
    public static final String CURRENT = "0.1.0";

    private Version() {}
}
