package io.zonefleet.e2e.load;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests at a fixed rate, whether or not earlier ones were answered (an open load, so that
 * a stall is not hidden by the load waiting for it), and prints one {@link Answer} a line as it
 * comes.
 *
 * <p>Each request takes a connection of its own, so that each is a fresh choice of a gateway by the
 * front Service, as requests of many clients are. The load ends after {@code seconds}, or when a
 * line or the end of standard input arrives.
 */
public final class OpenLoad {

  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final URI target;
  private final String body;
  private final Duration patience;
  private final PrintStream out;

  private OpenLoad(URI target, String body, Duration patience, PrintStream out) {
    this.target = target;
    this.body = body;
    this.patience = patience;
    this.out = out;
  }

  /**
   * Runs the load.
   *
   * @param args target URL, requests a second (1 to 1000), seconds (1 to 3600), JSON body to POST,
   *     seconds until a request without an answer has failed (1 to 600)
   */
  public static void main(String[] args) throws Exception {
    if (args.length != 5) {
      System.err.println("usage: OpenLoad URL RATE SECONDS BODY PATIENCE");
      System.exit(2);
    }
    // the JDK's client reuses connections unless told otherwise
    System.setProperty("jdk.httpclient.keepalive.timeout", "0");
    var patience = Duration.ofSeconds(bounded("PATIENCE", args[4], 600));
    new OpenLoad(URI.create(args[0]), args[3], patience, System.out)
        .run(bounded("RATE", args[1], 1000), bounded("SECONDS", args[2], 3600));
  }

  private static int bounded(String name, String value, int max) {
    var number = Integer.parseInt(value);
    if (number < 1 || number > max) {
      throw new IllegalArgumentException(name + " is " + value + ", allowed are 1 to " + max);
    }
    return number;
  }

  private void run(int rate, int seconds) throws InterruptedException, IOException {
    var stopped = new AtomicBoolean();
    Runtime.getRuntime().addShutdownHook(stopAndAwait(stopped, Thread.currentThread()));
    var interval = TimeUnit.SECONDS.toNanos(1) / rate;
    try (var client =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .build();
        var requests = Executors.newVirtualThreadPerTaskExecutor()) {
      var start = System.nanoTime();
      for (long i = 0; i < (long) rate * seconds && !stopped.get(); i++) {
        var due = start + i * interval;
        LockSupport.parkNanos(due - System.nanoTime());
        requests.submit(() -> report(send(client)));
      }
    }
    out.flush();
  }

  /** On SIGTERM nothing new is sent, and what is under way is still reported. */
  private static Thread stopAndAwait(AtomicBoolean stopped, Thread load) {
    return Thread.ofPlatform()
        .unstarted(
            () -> {
              stopped.set(true);
              try {
                load.join();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private Answer send(HttpClient client) {
    var sent = Instant.now();
    var started = System.nanoTime();
    try {
      var request =
          HttpRequest.newBuilder(target)
              .timeout(patience)
              .header("content-type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      var response = client.send(request, HttpResponse.BodyHandlers.ofString());
      var zone = response.headers().firstValue("x-zonefleet-zone").orElse("");
      var failure = response.statusCode() == 200 ? "" : "HTTP " + response.statusCode();
      return new Answer(sent, millisSince(started), zone, failure);
    } catch (IOException e) {
      return new Answer(sent, millisSince(started), "", e.getClass().getSimpleName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(sent, millisSince(started), "", "interrupted");
    }
  }

  private synchronized void report(Answer answer) {
    out.println(answer.toLine());
  }

  private static long millisSince(long started) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
  }
}
