package io.zonefleet.inference.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The process-wide entry to ONNX Runtime; thread-safe. */
public final class OrtEnvironment extends Handle {
  private static final int WARNING = 2;

  private final OrtApi api;
  private final OrtLog log;

  private OrtEnvironment(OrtApi api, OrtLog log, MemorySegment pointer) {
    super("the ONNX Runtime environment", pointer, api.releaseEnv);
    this.api = api;
    this.log = log;
  }

  /**
   * Loads the native library and opens an environment.
   *
   * @param library path of {@code libonnxruntime.so}; empty for the one in the Maven artifact
   * @throws OrtException when the library is missing, cannot be loaded, or is too old
   */
  public static OrtEnvironment open(String library) {
    OrtApi api = new OrtApi(NativeLibrary.locate(library));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom("zonefleet");
      OrtLog log = new OrtLog();
      MemorySegment function = log.function();
      return new OrtEnvironment(
          api,
          log,
          api.create(
              out ->
                  (MemorySegment)
                      api.createEnv.invokeExact(function, MemorySegment.NULL, WARNING, name, out)));
    }
  }

  OrtLog log() {
    return log;
  }

  OrtApi api() {
    return api;
  }

  /** The providers this build of ONNX Runtime knows, such as {@code CUDAExecutionProvider}. */
  public List<String> providers() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment names = arena.allocate(ADDRESS);
      MemorySegment count = arena.allocate(JAVA_INT);
      api.check(() -> (MemorySegment) api.getAvailableProviders.invokeExact(names, count));
      int n = count.get(JAVA_INT, 0);
      MemorySegment array = names.get(ADDRESS, 0).reinterpret(n * ADDRESS.byteSize());
      List<String> result = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        result.add(OrtApi.string(array.getAtIndex(ADDRESS, i)));
      }
      api.check(() -> (MemorySegment) api.releaseAvailableProviders.invokeExact(array, n));
      return List.copyOf(result);
    }
  }
}
