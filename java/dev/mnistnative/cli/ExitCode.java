package dev.mnistnative.cli;

/** What a command tells the shell. */
final class ExitCode {
    static final int DONE = 0;
    /** The job failed: I/O, native error, diverged. */
    static final int FAILED = 1;
    /** Wrong usage or a bad input file. */
    static final int USAGE = 2;
    /** Ended by SIGINT or SIGTERM: 128 + SIGINT, as shells have it. */
    static final int INTERRUPTED = 130;

    /** Nobody reads standard output any more: 128 + SIGPIPE, as shells have it. */
    static final int READER_GONE = 141;

    private ExitCode() {}
}
