package io.zonefleet.operator.traffic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** A folder that changes all at once, as the kubelet changes that of a Secret or ConfigMap. */
final class MountedFiles {
  private final Path folder;
  private int version;

  MountedFiles(Path folder, Map<String, byte[]> files) throws IOException {
    this.folder = Files.createDirectories(folder);
    change(files);
  }

  Path folder() {
    return folder;
  }

  void change(Map<String, byte[]> files) throws IOException {
    var data = Files.createDirectory(folder.resolve("..version-" + ++version));
    for (var file : files.entrySet()) {
      Files.write(data.resolve(file.getKey()), file.getValue());
    }
    var link = Files.createSymbolicLink(folder.resolve("..data_tmp"), data.getFileName());
    Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    for (var name : files.keySet()) {
      if (!Files.isSymbolicLink(folder.resolve(name))) {
        Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
      }
    }
  }
}
