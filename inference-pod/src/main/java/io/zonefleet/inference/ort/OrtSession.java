package io.zonefleet.inference.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A loaded graph. Runs may come from several threads, each with bindings of its own. */
public final class OrtSession extends Handle {
  private static final int INPUT = 0;
  private static final int OUTPUT = 1;

  private final OrtApi api;
  private final List<TensorInfo> inputs;
  private final List<TensorInfo> outputs;
  private final Map<String, Device> inputDevices = new HashMap<>();

  private OrtSession(OrtApi api, MemorySegment pointer) {
    super("the session", pointer, api.releaseSession);
    this.api = api;
    this.inputs = describe(INPUT);
    this.outputs = describe(OUTPUT);
    placeInputs();
  }

  /**
   * Loads a graph; weights in external files are mapped from beside it.
   *
   * @throws OrtException when the file is missing, corrupt, or uses operators that are unknown
   */
  public static OrtSession load(OrtEnvironment environment, SessionOptions options, Path graph) {
    return load(environment, options, graph, Optional.empty());
  }

  /**
   * The same, with other contents than the file has.
   *
   * @param contents what is loaded instead of the file, as if it were in its place
   */
  public static OrtSession load(
      OrtEnvironment environment, SessionOptions options, Path graph, Optional<byte[]> contents) {
    OrtApi api = environment.api();
    try (Arena arena = Arena.ofConfined()) {
      if (contents.isPresent()) {
        options.externalWeights(graph.toAbsolutePath().getParent());
        long size = contents.get().length;
        MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, contents.get());
        return new OrtSession(
            api,
            api.create(
                out ->
                    (MemorySegment)
                        api.createSessionFromArray.invokeExact(
                            environment.pointer(), bytes, size, options.pointer(), out)));
      }
      MemorySegment path = arena.allocateFrom(graph.toString());
      return new OrtSession(
          api,
          api.create(
              out ->
                  (MemorySegment)
                      api.createSession.invokeExact(
                          environment.pointer(), path, options.pointer(), out)));
    }
  }

  OrtApi api() {
    return api;
  }

  public List<TensorInfo> inputs() {
    return inputs;
  }

  public List<TensorInfo> outputs() {
    return outputs;
  }

  /**
   * Where the graph takes an input: on the device of the operator that reads it, which is the CPU
   * where the session's provider lacks that operator.
   */
  public Device inputDevice(String name) {
    return inputDevices.get(name);
  }

  private void placeInputs() {
    try (Arena arena = Arena.ofConfined()) {
      long n = inputs.size();
      MemorySegment infos = arena.allocate(ADDRESS, n);
      api.check(() -> (MemorySegment) api.inputMemory.invokeExact(pointer(), infos, n));
      for (int i = 0; i < n; i++) {
        MemorySegment info = infos.getAtIndex(ADDRESS, i);
        MemorySegment name =
            api.create(out -> (MemorySegment) api.memoryName.invokeExact(info, out));
        inputDevices.put(inputs.get(i).name(), Device.ofAllocator(OrtApi.string(name)));
      }
    }
  }

  private List<TensorInfo> describe(int side) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      api.check(() -> (MemorySegment) api.ioCount[side].invokeExact(pointer(), count));
      List<TensorInfo> all = new ArrayList<>();
      for (long i = 0; i < count.get(JAVA_LONG, 0); i++) {
        all.add(describe(side, i, arena));
      }
      return List.copyOf(all);
    }
  }

  private TensorInfo describe(int side, long index, Arena arena) {
    MemorySegment allocator =
        api.create(out -> (MemorySegment) api.defaultAllocator.invokeExact(out));
    MemorySegment text =
        api.create(
            out -> (MemorySegment) api.ioName[side].invokeExact(pointer(), index, allocator, out));
    String name = OrtApi.string(text);
    api.check(() -> (MemorySegment) api.allocatorFree.invokeExact(allocator, text));
    MemorySegment type =
        api.create(out -> (MemorySegment) api.ioTypeInfo[side].invokeExact(pointer(), index, out));
    try {
      MemorySegment tensor =
          api.create(out -> (MemorySegment) api.castToTensorInfo.invokeExact(type, out));
      if (tensor.address() == 0) {
        throw new OrtException(0, "the graph's " + name + " is not a tensor");
      }
      MemorySegment element = arena.allocate(JAVA_INT);
      api.check(() -> (MemorySegment) api.elementType.invokeExact(tensor, element));
      MemorySegment rank = arena.allocate(ADDRESS);
      api.check(() -> (MemorySegment) api.dimensionsCount.invokeExact(tensor, rank));
      long n = rank.get(JAVA_LONG, 0);
      MemorySegment dims = arena.allocate(JAVA_LONG, Math.max(1, n));
      api.check(() -> (MemorySegment) api.dimensions.invokeExact(tensor, dims, n));
      List<Long> shape = new ArrayList<>();
      for (long d = 0; d < n; d++) {
        shape.add(dims.getAtIndex(JAVA_LONG, d));
      }
      return new TensorInfo(name, ElementType.of(element.get(JAVA_INT, 0)), shape);
    } finally {
      api.releaseTypeInfo.accept(type);
    }
  }
}
