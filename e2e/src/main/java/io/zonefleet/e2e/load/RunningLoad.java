package io.zonefleet.e2e.load;

import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.fleet.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An open load that runs in a network of the cluster until it is stopped. */
public final class RunningLoad implements AutoCloseable {

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
  public static RunningLoad start(
      ZoneCluster cluster, ZoneCluster.Vantage from, String url, int rate, String body) {
    return new RunningLoad(
        cluster.run(
            from,
            OpenLoad.class,
            url,
            Integer.toString(rate),
            Integer.toString(MAX_SECONDS),
            body,
            Long.toString(patience(from).toSeconds())));
  }

  /**
   * How long a client waits for an answer. In a zone it always gets one, late where the machine is
   * busy; from no zone it may have been sent to a gateway in the dark, which never answers.
   */
  private static Duration patience(ZoneCluster.Vantage from) {
    return Duration.ofSeconds(from instanceof ZoneCluster.Vantage.InZone ? 30 : 10);
  }

  /** Waits until that many requests were answered with 200. */
  public void awaitAnswers(int count, Duration deadline) {
    Await.until(
        "%d answers; so far %s".formatted(count, answers.size()),
        deadline,
        () -> answers.stream().filter(Answer::ok).count() >= count);
  }

  /** What has been answered so far. */
  public Outcome soFar() {
    return new Outcome(List.copyOf(answers));
  }

  /** Sends nothing more, waits for what is under way, and returns all of it. */
  public Outcome stop() {
    close();
    return soFar();
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
      lines.lines().map(Answer::parse).forEach(answers::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
