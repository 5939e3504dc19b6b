package io.zonefleet.operator.traffic;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How Java is started for a {@link PodProcess}: with an archive of the classes that a first process
 * loaded (CDS), which halves what a start costs. Archives hold classes of jars only.
 */
final class PodJava {
  /** Tests run in several processes. */
  private static final Path FOLDER = Path.of("target", "pod-" + ProcessHandle.current().pid());

  private static final Path ARCHIVE = FOLDER.resolve("classes.jsa");
  private static final String CLASS_PATH;

  static {
    try {
      CLASS_PATH = jar() + File.pathSeparator + libraries();
      train();
    } catch (Exception e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private PodJava() {}

  static Process start(String address, int port) throws IOException {
    return start("-XX:SharedArchiveFile=" + ARCHIVE, address, port);
  }

  private static Process start(String archive, String address, int port) throws IOException {
    var command =
        new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", archive));
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(List.of("-cp", CLASS_PATH, PodProcess.class.getName()));
    command.addAll(List.of(address, Integer.toString(port)));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static void train() throws Exception {
    var address = "127.0.1.1";
    int port = Pod.freePort(address);
    var process = start("-XX:ArchiveClassesAtExit=" + ARCHIVE, address, port);
    try (var output = process.inputReader();
        var http = HttpClient.newHttpClient()) {
      if (!"listening".equals(output.readLine())) {
        throw new IOException("no pod to learn from");
      }
      var uri = URI.create("http://" + address + ":" + port + "/stream?chunks=2&millis=1");
      http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
      process.getOutputStream().close();
      process.waitFor(1, TimeUnit.MINUTES);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Path jar() throws IOException {
    Files.createDirectories(FOLDER);
    var jar = FOLDER.resolve("pod.jar");
    var name = PodProcess.class.getName().replace('.', '/') + ".class";
    try (var out = new JarOutputStream(Files.newOutputStream(jar));
        var in = PodProcess.class.getClassLoader().getResourceAsStream(name)) {
      out.putNextEntry(new JarEntry(name));
      in.transferTo(out);
    }
    return jar;
  }

  private static String libraries() {
    var all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(all.split(File.pathSeparator))
        .filter(
            path -> Stream.of("/vertx-core-", "/netty-", "/jackson-core-").anyMatch(path::contains))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
