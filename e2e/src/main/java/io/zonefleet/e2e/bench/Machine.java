package io.zonefleet.e2e.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine, in words that say what figures of it are worth. */
final class Machine {

  private Machine() {}

  static String words() {
    var memory = Long.parseLong(first("/proc/meminfo", "MemTotal").replaceAll("\\D", ""));
    return "%d cores (%s), %d GiB, Linux %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            first("/proc/cpuinfo", "model name"),
            Math.round(memory / 1024.0 / 1024.0),
            System.getProperty("os.version"));
  }

  private static String first(String file, String key) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.split(":", 2)[1].strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
