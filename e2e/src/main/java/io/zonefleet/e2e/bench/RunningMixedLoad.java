package io.zonefleet.e2e.bench;

import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.fleet.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A {@link MixedLoad} that runs in a network of the cluster until it is stopped. */
final class RunningMixedLoad implements AutoCloseable {

  /** Bounds a load whose bench was killed. */
  private static final int MAX_SECONDS = 3600;

  private final Process process;
  private final Thread reader;
  private final ConcurrentLinkedQueue<Sample> samples = new ConcurrentLinkedQueue<>();
  private final Map<DataPlane, String> targets;

  private RunningMixedLoad(Process process, Map<DataPlane, String> targets) {
    this.process = process;
    this.targets = targets;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  /** Starts {@code rate} short requests a second and {@code streams} streams to each target. */
  static RunningMixedLoad start(
      ZoneCluster cluster,
      ZoneCluster.Vantage from,
      int rate,
      int streams,
      String shortBody,
      String streamBody,
      Map<DataPlane, String> targets) {
    var arguments =
        new ArrayList<>(
            List.of(
                Integer.toString(rate),
                Integer.toString(streams),
                Integer.toString(MAX_SECONDS),
                shortBody,
                streamBody));
    targets.forEach((plane, url) -> arguments.add(plane + "=" + url));
    return new RunningMixedLoad(
        cluster.run(from, MixedLoad.class, arguments.toArray(String[]::new)), targets);
  }

  /** Waits until each data plane has answered that many short requests. */
  void awaitAnswers(int count, Duration deadline) {
    Await.until(
        "%d answers from each of %s; so far %d in all".formatted(count, targets, samples.size()),
        deadline,
        () -> targets.keySet().stream().allMatch(plane -> answered(plane) >= count));
  }

  private long answered(DataPlane plane) {
    return samples.stream()
        .filter(sample -> sample.plane() == plane && sample.ok() && !sample.stream())
        .count();
  }

  /** Sends nothing more, waits for what is under way, and returns all of it. */
  List<Sample> stop() {
    close();
    return List.copyOf(samples);
  }

  @Override
  public void close() {
    // not Process.destroy(), which closes the pipe before the last answers are read
    process.toHandle().destroy();
    try {
      process.waitFor();
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try (var lines = process.inputReader()) {
      lines.lines().map(Sample::parse).forEach(samples::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
