import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Lays a Quarkus application out for an image: {@code libraries/} is what changes with a dependency, {@code code/} what changes
 * with our own code. ONNX Runtime's shared library for this platform is unpacked beside the jars, and those for other platforms
 * are left out.
 *
 * <p>Usage: {@code java images/Jars.java TARGET/quarkus-app FOLDER}
 */
class Jars {
  private static final String NATIVE = "ai/onnxruntime/native/";
  private static final String PLATFORM =
      NATIVE + "linux-" + (System.getProperty("os.arch").equals("amd64") ? "x64" : System.getProperty("os.arch")) + "/";

  public static void main(String[] arguments) throws IOException {
    Path app = Path.of(arguments[0]);
    Path target = Path.of(arguments[1]);
    for (Path file : files(app)) {
      Path name = app.relativize(file);
      boolean library = name.startsWith("lib") && !name.getFileName().toString().startsWith("io.zonefleet.");
      Path copy = target.resolve(library ? "libraries" : "code").resolve(name.toString());
      Files.createDirectories(copy.getParent());
      if (name.getFileName().toString().startsWith("com.microsoft.onnxruntime.")) {
        unpack(file, target.resolve("libraries/native"));
        withoutNatives(file, copy);
      } else {
        Files.copy(file, copy);
      }
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (var walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void unpack(Path jar, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (var zip = new ZipFile(jar.toFile())) {
      zip.stream()
          .filter(entry -> entry.getName().startsWith(PLATFORM) && entry.getName().endsWith(".so"))
          // the JNI half serves ONNX Runtime's own Java classes, which we do not use
          .filter(entry -> !entry.getName().endsWith("4j_jni.so"))
          .forEach(entry -> copy(zip, entry, folder.resolve(entry.getName().substring(PLATFORM.length()))));
    }
  }

  private static void copy(ZipFile zip, ZipEntry entry, Path to) {
    try (var in = zip.getInputStream(entry)) {
      Files.copy(in, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void withoutNatives(Path jar, Path to) throws IOException {
    try (var zip = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(to);
        var out = new ZipOutputStream(file)) {
      for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
        if (!entry.getName().startsWith(NATIVE)) {
          var copied = new ZipEntry(entry.getName());
          copied.setTime(entry.getTime());
          out.putNextEntry(copied);
          zip.getInputStream(entry).transferTo(out);
          out.closeEntry();
        }
      }
    }
  }
}
