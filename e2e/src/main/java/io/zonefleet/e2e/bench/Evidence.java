package io.zonefleet.e2e.bench;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.e2e.cluster.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** What a trial leaves behind for who wants to know why: not committed, in {@code e2e/target}. */
final class Evidence {

  private final Path folder;

  private Evidence(Path folder) {
    this.folder = folder;
  }

  static Evidence of(Scene scene, Fault fault, Instant at) {
    var folder =
        Command.repository()
            .resolve("e2e/target/failover")
            .resolve(
                "%s-%s-%s".formatted(fault.id(), scene.name(), at.toString().replace(':', '.')));
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Evidence(folder);
  }

  /** Every request and every status, with the fault's time. */
  void keep(Instant at, List<Sample> samples, List<StatusTrace.Seen> seen) {
    write(
        "samples.tsv",
        "# fault at "
            + at
            + "\n"
            + samples.stream().map(Sample::toLine).sorted().collect(Collectors.joining("\n")));
    write(
        "statuses.yaml",
        seen.stream()
            .map(s -> "# seen at " + s.at() + "\n" + Serialization.asYaml(s.status()))
            .collect(Collectors.joining()));
  }

  /** The logs of gateways and operators. */
  void keepLogs(Scene scene) {
    for (var zone : scene.zones()) {
      write(
          "gateway-" + zone + ".log",
          logs(scene, "--selector", scene.gateways(zone), "--namespace", "default"));
    }
    write(
        "operators.log",
        logs(
            scene,
            "--selector",
            "app.kubernetes.io/name=zonefleet",
            "--namespace",
            "zonefleet-system",
            "--prefix"));
  }

  private static String logs(Scene scene, String... where) {
    var arguments = new String[where.length + 3];
    arguments[0] = "logs";
    arguments[1] = "--tail=2000";
    arguments[2] = "--ignore-errors";
    System.arraycopy(where, 0, arguments, 3, where.length);
    return scene.installation().kubectl(arguments);
  }

  private void write(String file, String content) {
    try {
      Files.writeString(folder.resolve(file), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
