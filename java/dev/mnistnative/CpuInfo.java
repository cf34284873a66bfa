package dev.mnistnative;

import java.util.List;

/**
 * What this machine's processor offers.
 *
 * @param isaLevels usable instruction-set levels, weakest first
 * @param bestIsa the level that {@code auto} takes
 * @param cores logical cores that this process may run on
 * @param bf16 whether the bf16 dot-product instruction is there
 */
public record CpuInfo(List<String> isaLevels, String bestIsa, int cores, boolean bf16) {
    public CpuInfo {
        isaLevels = List.copyOf(isaLevels);
    }
}
