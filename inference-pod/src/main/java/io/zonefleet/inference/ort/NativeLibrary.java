package io.zonefleet.inference.ort;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Finds ONNX Runtime's shared library: a given path, or the one inside the Maven artifact. */
final class NativeLibrary {
  /** The provider libraries must lie beside the main one; only the GPU artifact has them. */
  private static final List<String> COMPANIONS =
      List.of("libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so");

  private NativeLibrary() {}

  /** The library's path on disk; extracts it below {@code java.io.tmpdir} when none is given. */
  static Path locate(String configured) {
    if (!configured.isBlank()) {
      Path path = Path.of(configured);
      if (!Files.isRegularFile(path)) {
        throw new OrtException(
            0, "zonefleet.ort.library is " + configured + ", and there is no such file");
      }
      return path;
    }
    String folder = "/ai/onnxruntime/native/" + platform() + "/";
    URL main = NativeLibrary.class.getResource(folder + "libonnxruntime.so");
    if (main == null) {
      throw new OrtException(
          0,
          "the ONNX Runtime artifact has no library for "
              + platform()
              + "; set zonefleet.ort.library to one");
    }
    try {
      Path target = Path.of(System.getProperty("java.io.tmpdir"), "zonefleet-ort-" + uid());
      Files.createDirectories(target);
      for (String name : COMPANIONS) {
        URL companion = NativeLibrary.class.getResource(folder + name);
        if (companion != null) {
          extract(companion, target.resolve(name));
        }
      }
      return extract(main, target.resolve("libonnxruntime.so"));
    } catch (IOException e) {
      throw new OrtException(0, "ONNX Runtime's library cannot be unpacked: " + e);
    }
  }

  /** A copy of equal size is kept, so that a restarted container does not write it again. */
  private static Path extract(URL from, Path to) throws IOException {
    var connection = from.openConnection();
    connection.setUseCaches(false);
    long size = connection.getContentLengthLong();
    if (Files.isRegularFile(to) && Files.size(to) == size) {
      return to;
    }
    Path part = Files.createTempFile(to.getParent(), to.getFileName().toString(), ".part");
    try (InputStream in = connection.getInputStream()) {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
    }
    return Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String platform() {
    String arch = System.getProperty("os.arch");
    return "linux-" + (arch.equals("amd64") ? "x64" : arch);
  }

  /** Users on one machine must not trip over, or trust, each other's copies. */
  private static String uid() throws IOException {
    Path self = Path.of("/proc/self");
    return Files.exists(self)
        ? Files.getAttribute(self, "unix:uid").toString()
        : System.getProperty("user.name");
  }
}
