package io.zonefleet.inference.ort;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Names a device's memory to ONNX Runtime. */
final class MemoryInfo extends Handle {
  private static final int DEVICE_ALLOCATOR = 0;
  private static final int DEFAULT_MEMORY = 0;

  private MemoryInfo(OrtApi api, MemorySegment pointer) {
    super("the memory info", pointer, api.releaseMemoryInfo);
  }

  static MemoryInfo of(OrtApi api, Device device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(device.allocator());
      return new MemoryInfo(
          api,
          api.create(
              out ->
                  (MemorySegment)
                      api.createMemoryInfo.invokeExact(
                          name, DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY, out)));
    }
  }
}
