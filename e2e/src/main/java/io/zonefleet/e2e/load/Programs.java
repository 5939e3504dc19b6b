package io.zonefleet.e2e.load;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of this package's programs, to be run in another network than this process's. */
final class Programs {

  private Programs() {}

  static List<String> java(Class<?> program, String... arguments) {
    var classes =
        Path.of(program.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                classes,
                program.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
