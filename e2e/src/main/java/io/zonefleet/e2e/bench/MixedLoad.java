package io.zonefleet.e2e.bench;

import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends short requests to each data plane at a fixed rate, whether or not earlier ones were
 * answered (an open load), and keeps a number of streams running to each. Prints one {@link Sample}
 * a line as it comes. Each request takes a connection of its own, as requests of many clients do.
 * Ends after {@code SECONDS}, or at SIGTERM.
 */
public final class MixedLoad {

  /** How long a client waits before it calls a request failed. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Makes prompts that differ from their beginning, so that no prefix cache has read them. */
  static final String NUMBER = "{number}";

  /** Between a stream that failed at once and the next try. */
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final Map<DataPlane, URI> targets;
  private final String shortBody;
  private final String streamBody;
  private final PrintStream out;
  private final AtomicLong number = new AtomicLong();
  private volatile boolean stopped;

  private MixedLoad(
      Map<DataPlane, URI> targets, String shortBody, String streamBody, PrintStream out) {
    this.targets = targets;
    this.shortBody = shortBody;
    this.streamBody = streamBody;
    this.out = out;
  }

  /**
   * Runs the load.
   *
   * @param args short requests a second (1 to 1000), streams at once (0 to 100), both for each data
   *     plane; seconds (1 to 7200); JSON bodies of short requests and of streams, in which {@link
   *     #NUMBER} stands for the request's number; then {@code plane=url} for each data plane
   */
  public static void main(String[] args) throws Exception {
    if (args.length < 6) {
      System.err.println("usage: MixedLoad RATE STREAMS SECONDS SHORT STREAM PLANE=URL...");
      System.exit(2);
    }
    var targets = new LinkedHashMap<DataPlane, URI>();
    for (var target : List.of(args).subList(5, args.length)) {
      var parts = target.split("=", 2);
      targets.put(DataPlane.valueOf(parts[0]), URI.create(parts[1]));
    }
    new MixedLoad(targets, args[3], args[4], System.out)
        .run(
            bounded("RATE", args[0], 1, 1000),
            bounded("STREAMS", args[1], 0, 100),
            bounded("SECONDS", args[2], 1, 7200));
  }

  private static int bounded(String name, String value, int min, int max) {
    var number = Integer.parseInt(value);
    if (number < min || number > max) {
      throw new IllegalArgumentException(
          "%s is %s, allowed are %d to %d".formatted(name, value, min, max));
    }
    return number;
  }

  private void run(int rate, int streams, int seconds) throws InterruptedException {
    var main = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stopAndAwait(main)));
    var planes = new ArrayList<>(targets.keySet());
    var interval = TimeUnit.SECONDS.toNanos(1) / rate / planes.size();
    try (var requests = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < streams * planes.size(); i++) {
        var plane = planes.get(i % planes.size());
        requests.submit(() -> keepStreaming(plane));
      }
      var start = System.nanoTime();
      var count = (long) rate * planes.size() * seconds;
      for (long i = 0; i < count && !stopped; i++) {
        LockSupport.parkNanos(start + i * interval - System.nanoTime());
        var plane = planes.get((int) (i % planes.size()));
        requests.submit(() -> report(post(plane, shortBody, false)));
      }
      stopped = true;
    }
    out.flush();
  }

  private void keepStreaming(DataPlane plane) {
    while (!stopped) {
      var sample = post(plane, streamBody, true);
      report(sample);
      if (sample.failed() && sample.millis() < PAUSE.toMillis()) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private Sample post(DataPlane plane, String body, boolean stream) {
    var numbered = body.replace(NUMBER, Long.toString(number.getAndIncrement()));
    return new Post(plane, targets.get(plane), numbered, stream, PATIENCE).send(() -> stopped);
  }

  /** On SIGTERM nothing new is sent, and short requests under way are still reported. */
  private void stopAndAwait(Thread main) {
    stopped = true;
    try {
      main.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void report(Sample sample) {
    out.println(sample.toLine());
  }
}
