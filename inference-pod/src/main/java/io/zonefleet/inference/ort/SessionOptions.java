package io.zonefleet.inference.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** How a session runs: its threads and its execution provider. */
public final class SessionOptions extends Handle {
  private final OrtApi api;

  /**
   * @param threads threads that one operator may use, at least 1
   */
  public SessionOptions(OrtEnvironment environment, int threads) {
    super(
        "the session options",
        environment
            .api()
            .create(out -> (MemorySegment) environment.api().createSessionOptions.invokeExact(out)),
        environment.api().releaseSessionOptions);
    api = environment.api();
    api.check(() -> (MemorySegment) api.setIntraOpNumThreads.invokeExact(pointer(), threads));
    api.check(() -> (MemorySegment) api.setInterOpNumThreads.invokeExact(pointer(), 1));
    // Every prompt length is a new shape; a memory plan per shape would be kept for ever.
    api.check(() -> (MemorySegment) api.disableMemPattern.invokeExact(pointer()));
    // Spinning worker threads would take the CPU from the HTTP threads between two steps.
    entry("session.intra_op.allow_spinning", "0");
  }

  /** Where a graph that is loaded from memory has its weights. */
  void externalWeights(Path folder) {
    entry("session.model_external_initializers_file_folder_path", folder.toString());
  }

  private void entry(String key, String value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment k = arena.allocateFrom(key);
      MemorySegment v = arena.allocateFrom(value);
      api.check(() -> (MemorySegment) api.addSessionConfigEntry.invokeExact(pointer(), k, v));
    }
  }

  /**
   * Runs the session on the first CUDA device. Products of 32-bit floats are computed as such: by
   * default they would be rounded to 10 bits, and answers would differ from those of the CPU.
   *
   * @throws OrtException when the provider's library or CUDA itself cannot be loaded
   */
  public void useCuda() {
    MemorySegment cuda = api.create(out -> (MemorySegment) api.createCudaOptions.invokeExact(out));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment keys = arena.allocateFrom(ADDRESS, arena.allocateFrom("use_tf32"));
      MemorySegment values = arena.allocateFrom(ADDRESS, arena.allocateFrom("0"));
      api.check(() -> (MemorySegment) api.updateCudaOptions.invokeExact(cuda, keys, values, 1L));
      api.check(() -> (MemorySegment) api.appendCuda.invokeExact(pointer(), cuda));
    } finally {
      api.releaseCudaOptions.accept(cuda);
    }
  }
}
