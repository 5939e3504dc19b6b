package io.zonefleet.e2e;

import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.load.Answer;
import io.zonefleet.e2e.load.OpenLoad;
import io.zonefleet.e2e.load.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An open load that runs in a network of the cluster until it is stopped. */
final class RunningLoad implements AutoCloseable {

  /** Bounds a load whose test was killed. */
  private static final int MAX_SECONDS = 600;

  private final Process process;
  private final Thread reader;
  private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();

  private RunningLoad(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  /** Starts {@code rate} requests a second that POST {@code body} to {@code url}. */
  static RunningLoad start(
      ZoneCluster cluster, ZoneCluster.Vantage from, String url, int rate, String body) {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var classes =
        Path.of(OpenLoad.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    return new RunningLoad(
        cluster.run(
            from,
            List.of(
                java,
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                classes.toString(),
                OpenLoad.class.getName(),
                url,
                Integer.toString(rate),
                Integer.toString(MAX_SECONDS),
                body)));
  }

  /** Waits until that many requests were answered with 200. */
  void awaitAnswers(int count, Duration deadline) {
    Await.until(
        "%d answers; so far %s".formatted(count, answers.size()),
        deadline,
        () -> answers.stream().filter(Answer::ok).count() >= count);
  }

  /** What has been answered so far. */
  Outcome soFar() {
    return new Outcome(List.copyOf(answers));
  }

  /** Sends nothing more, waits for what is under way, and returns all of it. */
  Outcome stop() {
    close();
    return soFar();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try (var lines = process.inputReader()) {
      lines.lines().map(Answer::parse).forEach(answers::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
