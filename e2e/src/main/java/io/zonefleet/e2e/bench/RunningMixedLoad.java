package io.zonefleet.e2e.bench;

import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.fleet.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A {@link MixedLoad} that runs in a network of the cluster until it is stopped. */
final class RunningMixedLoad implements AutoCloseable {

  /** Bounds a load whose bench was killed. */
  private static final int MAX_SECONDS = 7200;

  private static final Duration MOST_AGE = Duration.ofSeconds(MAX_SECONDS / 2);

  /** Of the answers that the rate asks for: a few are under way at any moment. */
  private static final double MOST = 0.9;

  /**
   * Nearly all take no longer. Warm pods at their pace need 200 ms, cold ones a second and more.
   */
  private static final long PROMPT_MILLIS = 500;

  private static final int NEARLY_ALL = 95;

  /** From the end of a request until this process knows of it. */
  private static final Duration REPORTED = Duration.ofSeconds(1);

  private final Process process;
  private final Thread reader;
  private final ConcurrentLinkedQueue<Sample> samples = new ConcurrentLinkedQueue<>();
  private final Map<DataPlane, String> targets;
  private final int rate;
  private final Instant started = Instant.now();

  private RunningMixedLoad(Process process, Map<DataPlane, String> targets, int rate) {
    this.process = process;
    this.targets = targets;
    this.rate = rate;
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
        cluster.run(from, MixedLoad.class, arguments.toArray(String[]::new)), targets, rate);
  }

  /** What has been until now is no longer usual. */
  void forget() {
    samples.clear();
  }

  /**
   * Waits until so many more streams have been answered in full.
   *
   * @throws AssertionError if they are not before the deadline
   */
  void awaitStreams(int count, Duration deadline) {
    var from = Instant.now();
    Await.until(
        "%d streams of %s are answered".formatted(count, targets),
        deadline,
        () ->
            samples.stream().filter(s -> s.stream() && s.ok() && s.ended().isAfter(from)).count()
                >= count);
  }

  /**
   * Waits until each data plane has kept up for so long.
   *
   * @throws AssertionError if one does not before the deadline
   */
  void awaitSteady(Duration time, Duration deadline) {
    samples.removeIf(sample -> sample.ended().isBefore(Instant.now().minus(deadline)));
    Await.until(
        "each of %s has kept up with the load for %d s".formatted(targets, time.toSeconds()),
        deadline,
        () -> targets.keySet().stream().allMatch(plane -> keptUp(plane, time)));
  }

  private boolean keptUp(DataPlane plane, Duration time) {
    var from = Instant.now().minus(time);
    return keptUp(
        samples.stream()
            .filter(s -> s.plane() == plane && !s.stream() && s.ended().isAfter(from))
            .toList(),
        rate * time.toSeconds());
  }

  /**
   * Whether there were nearly as many answers as the load asks for, nearly all of them soon, and
   * none failed: a pod with a queue keeps up by their number alone.
   */
  static boolean keptUp(List<Sample> ended, long asked) {
    return ended.size() >= MOST * asked
        && ended.stream().allMatch(Sample::ok)
        && Percentile.of(NEARLY_ALL, ended.stream().map(Sample::millis).toList()) <= PROMPT_MILLIS;
  }

  /**
   * Waits until nothing that was sent before {@code to} is under way, streams aside, and returns
   * what ran between the two moments. A stream that outlives {@code to} is not among it.
   */
  List<Sample> between(Instant from, Instant to) {
    var known = to.plus(MixedLoad.PATIENCE).plus(REPORTED);
    Await.until(
        "what was sent until " + to + " has ended",
        Duration.between(Instant.now(), known).plus(REPORTED),
        () -> Instant.now().isAfter(known));
    return samples.stream()
        .filter(sample -> sample.ended().isAfter(from) && sample.sent().isBefore(to))
        .filter(sample -> !sample.stream() || sample.ended().isBefore(to))
        .toList();
  }

  /** Whether it goes on for long enough to see another trial. */
  boolean lasts() {
    return process.isAlive() && Instant.now().isBefore(started.plus(MOST_AGE));
  }

  /** Sends nothing more, and waits for what is under way. */
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
