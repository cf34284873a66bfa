package dev.mnistnative;

import java.util.List;

/**
 * The GPUs that can be used here.
 *
 * @param list may be empty
 * @param reason why the list is empty; "" if it is not
 */
public record Gpus(List<GpuInfo> list, String reason) {
    public Gpus {
        list = List.copyOf(list);
    }
}
