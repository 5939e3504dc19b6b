package io.zonefleet.inference.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The packaged server as a process of its own, on a free port of the loopback interface. */
final class PodProcess implements AutoCloseable {
  static final Path MODELS = Path.of(System.getProperty("zonefleet.model.dir"));
  static final Duration DEADLINE = Duration.ofSeconds(40);

  private static final Path TARGET =
      Path.of(System.getProperty("quarkus.app")).getParent().getParent();

  /** The classes that a first pod loads (CDS): with them a start costs half the CPU. */
  private static final Path CLASSES = TARGET.resolve("classes.jsa");

  static {
    try {
      archiveClasses();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final int port;
  private final Process process;
  private final Path work;

  private PodProcess(Process process, int port, Path work) {
    this.process = process;
    this.port = port;
    this.work = work;
  }

  /**
   * Starts it with the tiny model; {@code settings} are pairs of environment variables and values
   * that add to or replace the defaults.
   */
  static PodProcess start(Path work, String... settings) throws IOException {
    return start("-XX:SharedArchiveFile=" + CLASSES, work, settings);
  }

  private static void archiveClasses() throws IOException {
    Path work = Files.createDirectories(TARGET.resolve("first-pod"));
    try (PodProcess pod = start("-XX:ArchiveClassesAtExit=" + CLASSES, work)) {
      pod.await("ready", () -> pod.status("/readyz") == 200);
      pod.post("/v1/chat/completions", longChat(5, true));
      pod.sigterm();
      pod.exitCode();
    }
  }

  private static PodProcess start(String archive, Path work, String... settings)
      throws IOException {
    int port = freePort();
    Map<String, String> environment = new HashMap<>();
    environment.put("ZONEFLEET_MODEL_DIR", MODELS.toString());
    environment.put("ZONEFLEET_MODEL_NAME", "tiny-r1");
    environment.put("ZONEFLEET_ZONE", "zone-a");
    environment.put("ZONEFLEET_POD", "chat-zone-a-0");
    environment.put("ZONEFLEET_TERMINATION_LOG", work.resolve("termination-log").toString());
    environment.put("ZONEFLEET_DRAIN_GRACE", "0s");
    environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
    environment.put("QUARKUS_HTTP_PORT", String.valueOf(port));
    for (int i = 0; i < settings.length; i += 2) {
      environment.put(settings[i], settings[i + 1]);
    }
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            archive));
    command.addAll(List.of("-jar", System.getProperty("quarkus.app")));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("log").toFile());
    builder.environment().putAll(environment);
    return new PodProcess(builder.start(), port, work);
  }

  static PodProcess ready(Path work, String... settings) throws IOException {
    PodProcess pod = start(work, settings);
    try {
      pod.await("ready", () -> pod.status("/readyz") == 200);
    } catch (AssertionError e) {
      pod.close();
      throw e;
    }
    return pod;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Waits for a condition, and fails with the pod's log after {@link #DEADLINE}. */
  void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not " + what + " after " + DEADLINE + "; its log:\n" + log());
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /** The status of a GET, 0 when nobody answers. */
  int status(String path) {
    try {
      return get(path).statusCode();
    } catch (AssertionError e) {
      return 0;
    }
  }

  HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).build());
  }

  HttpResponse<String> post(String path, String json) {
    return send(request(path, json));
  }

  HttpRequest request(String path, String json) {
    return HttpRequest.newBuilder(uri(path))
        .header("content-type", "application/json")
        .timeout(DEADLINE)
        .POST(HttpRequest.BodyPublishers.ofString(json))
        .build();
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(request + " was not answered: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The value of a metric that has one series, 0 when there is none yet. */
  double metric(String name) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /** As the kubelet does it. */
  void sigterm() {
    process.destroy();
  }

  int exitCode() {
    try {
      if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("still running after " + DEADLINE + "; its log:\n" + log());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  String terminationMessage() {
    return read("termination-log");
  }

  String log() {
    return read("log");
  }

  private String read(String name) {
    try {
      return Files.readString(work.resolve(name));
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    http.close();
    process.destroyForcibly();
    exitCode();
  }

  /** A chat request that generates exactly {@code tokens} tokens. */
  static String longChat(int tokens, boolean stream) {
    return """
        {"model": "tiny-r1", "messages": [{"role": "user", "content": "Tell me about Japan."}],
         "ignore_eos": true, "max_tokens": %d, "stream": %b}
        """
        .formatted(tokens, stream);
  }
}
