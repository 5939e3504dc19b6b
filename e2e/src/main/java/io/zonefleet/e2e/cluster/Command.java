package io.zonefleet.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine. */
public final class Command {

  private Command() {}

  /**
   * Runs the command and returns what it printed.
   *
   * @throws IllegalStateException if it ends with another status than 0, with what it printed; or
   *     if it has not ended after five minutes
   */
  public static String output(String... command) {
    return output(Map.of(), command);
  }

  /** The same, with environment variables added to this program's. */
  public static String output(Map<String, String> environment, String... command) {
    try {
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      var process = builder.start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", command) + " did not end in 5 minutes");
      }
      if (process.exitValue() != 0) {
        throw new IllegalStateException(
            String.join(" ", command) + " ended with " + process.exitValue() + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + String.join(" ", command), e);
    }
  }

  /** This JVM's own command line for a program, so that it runs the same classes. */
  static List<String> java(Class<?> program, String... arguments) {
    var classes = program.getProtectionDomain().getCodeSource().getLocation().getPath();
    return concat(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-cp",
            classes,
            program.getName()),
        List.of(arguments));
  }

  /** Starts the command with piped output and inherited errors. */
  static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The repository's root: the nearest folder upwards that holds {@code bin/zonelab}. */
  public static Path repository() {
    for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (folder.resolve("bin/zonelab").toFile().exists()) {
        return folder;
      }
    }
    throw new IllegalStateException("no bin/zonelab above " + Path.of("").toAbsolutePath());
  }

  /** The list with more at its end. */
  static List<String> concat(List<String> head, List<String> tail) {
    var all = new ArrayList<>(head);
    all.addAll(tail);
    return all;
  }
}
