package io.zonefleet.e2e.demo;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;

/** Says what is done and how long it took, on standard error, which leaves the other to results. */
final class Progress {

  private final PrintStream out = new PrintStream(System.err, true, StandardCharsets.UTF_8);
  private final Instant started;

  Progress(Instant started) {
    this.started = started;
  }

  /** Since the set-up began. */
  Duration elapsed() {
    return Duration.between(started, Instant.now());
  }

  void say(String text) {
    out.println(text);
  }

  <T> T step(String title, Callable<T> work) throws Exception {
    out.println("==> " + title);
    var start = Instant.now();
    var result = work.call();
    out.printf("    done in %.1f s%n", Duration.between(start, Instant.now()).toMillis() / 1000.0);
    return result;
  }

  void step(String title, Runnable work) throws Exception {
    step(
        title,
        () -> {
          work.run();
          return null;
        });
  }
}
