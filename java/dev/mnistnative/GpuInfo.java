package dev.mnistnative;

/**
 * One usable GPU.
 *
 * @param index its number, as {@code Device.cuda(index)} takes it
 * @param name the maker's name for it
 * @param totalMemory bytes
 * @param computeCapability "major.minor"
 * @param multiprocessors streaming multiprocessors
 * @param driverVersion the CUDA version that the driver supports, "major.minor"
 * @param runtimeVersion the CUDA version that this library was built with, "major.minor"
 */
public record GpuInfo(
        int index,
        String name,
        long totalMemory,
        String computeCapability,
        int multiprocessors,
        String driverVersion,
        String runtimeVersion) {}
