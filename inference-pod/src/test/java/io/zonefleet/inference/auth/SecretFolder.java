package io.zonefleet.inference.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A Secret as the kubelet mounts it: {@code folder/NAME -> ..data/NAME}, {@code ..data ->
 * ..REVISION}.
 */
public final class SecretFolder {
  private final Path folder;
  private int revision;

  public SecretFolder(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  public Path path() {
    return folder;
  }

  /** Changes all files in one step, and removes those of before, as the kubelet does. */
  public SecretFolder holds(Map<String, String> files) throws IOException {
    Path before = folder.resolve("..2026_" + revision);
    Path now = Files.createDirectory(folder.resolve("..2026_" + ++revision));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(now.resolve(file.getKey()), file.getValue());
      Path visible = folder.resolve(file.getKey());
      if (!Files.isSymbolicLink(visible)) {
        Files.createSymbolicLink(visible, Path.of("..data", file.getKey()));
      }
    }
    Path swap = folder.resolve("..data_tmp");
    Files.createSymbolicLink(swap, now.getFileName());
    Files.move(
        swap,
        folder.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    remove(before);
    return this;
  }

  private static void remove(Path revision) throws IOException {
    if (Files.exists(revision)) {
      try (Stream<Path> files = Files.list(revision)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(revision);
    }
  }
}
