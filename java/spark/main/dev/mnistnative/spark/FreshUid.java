package dev.mnistnative.spark;

/**
 * Brings a uid past the superclasses' constructors. Spark's traits make their parameters there and ask for the uid
 * already, when no field of a subclass is set yet: it waits here, in the thread, until they do.
 */
final class FreshUid {
    private static final ThreadLocal<String> NEXT = new ThreadLocal<>();

    private FreshUid() {}

    /** To be called in the arguments of {@code this(…)}, which run before {@code super()}; null. */
    static FreshUid offer(String uid) {
        NEXT.set(uid);
        return null;
    }

    /** What was offered last, once. */
    static String take() {
        String uid = NEXT.get();
        NEXT.remove();
        return uid;
    }
}
