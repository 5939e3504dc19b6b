package io.zonefleet.inference.ort;

import java.lang.foreign.MemorySegment;

/** Lets another thread end a run that has begun. */
public final class RunOptions extends Handle {
  private final OrtApi api;

  public RunOptions(OrtEnvironment environment) {
    super(
        "the run options",
        environment
            .api()
            .create(out -> (MemorySegment) environment.api().createRunOptions.invokeExact(out)),
        environment.api().releaseRunOptions);
    api = environment.api();
  }

  /** Runs with these options fail as soon as their current operator ends; thread-safe. */
  public void terminate() {
    api.check(() -> (MemorySegment) api.terminate.invokeExact(pointer()));
  }

  /** Makes runs possible again after {@link #terminate}. */
  public void reset() {
    api.check(() -> (MemorySegment) api.unsetTerminate.invokeExact(pointer()));
  }
}
