import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs the inference pod once, so that its Java runtime writes down which classes it loads and links: with that ahead-of-time
 * cache a pod is ready in half the time and for half the processor time, which counts most when a whole zone starts at once.
 *
 * <p>Usage: {@code java Train.java JRE APP MODELS}: writes {@code APP/app.aot}. JRE and APP may lie elsewhere in the image, but
 * their files must keep their times.
 */
class Train {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  public static void main(String[] arguments) throws Exception {
    Path jre = Path.of(arguments[0]).toAbsolutePath();
    Path app = Path.of(arguments[1]).toAbsolutePath();
    Path models = Path.of(arguments[2]).toAbsolutePath();
    Path scratch = Files.createTempDirectory("train");
    int port = freePort();
    var environment =
        Map.of(
            "QUARKUS_HTTP_HOST", "127.0.0.1",
            "QUARKUS_HTTP_PORT", "" + port,
            "ZONEFLEET_MODEL_DIR", models.toString(),
            "ZONEFLEET_TERMINATION_LOG", scratch.resolve("termination-log").toString(),
            "ZONEFLEET_DRAIN_GRACE", "0s",
            "ZONEFLEET_ORT_LIBRARY", app.resolve("native/libonnxruntime.so").toString(),
            "RUST_LIBRARY_PATH", app.resolve("native/libtokenizers.so").toString());
    run(jre, app, environment, scratch, "http://127.0.0.1:" + port);
  }

  private static void run(Path jre, Path app, Map<String, String> environment, Path scratch, String base) throws Exception {
    Path log = scratch.resolve("log");
    var command = new ArrayList<>(List.of(jre.resolve("bin/java").toString()));
    command.add("@" + app.resolve("java.options"));
    command.addAll(List.of("-XX:AOTCacheOutput=" + app.resolve("app.aot"), "-jar", app.resolve("quarkus-run.jar").toString()));
    var builder = new ProcessBuilder(command).directory(scratch.toFile()).redirectErrorStream(true).redirectOutput(new File(log.toString()));
    builder.environment().putAll(environment);
    var process = builder.start();
    try {
      awaitReady(process, base + "/readyz");
      exercise(base);
      process.destroy();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("it does not end");
      }
      if (!Files.isRegularFile(app.resolve("app.aot"))) {
        throw new IllegalStateException("it ended without a cache");
      }
    } catch (Exception e) {
      System.err.println(Files.readString(log));
      throw e;
    } finally {
      process.destroyForcibly();
    }
  }

  private static void awaitReady(Process process, String uri) throws Exception {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (process.isAlive() && Instant.now().isBefore(deadline)) {
      try {
        if (CLIENT.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // its port is not open yet
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException(process.isAlive() ? "not ready after " + PATIENCE.toSeconds() + " s: " + uri : "it ended early");
  }

  private static void exercise(String base) throws Exception {
    String chat = "{\"model\":\"deepseek\",\"messages\":[{\"role\":\"user\",\"content\":\"Where is Peru?\"}],\"max_tokens\":16,\"stream\":%s}";
    for (boolean stream : new boolean[] {false, true}) {
      post(base + "/v1/chat/completions", chat.formatted(stream));
      post(base + "/predict", "{\"text\":\"What is the capital of France?\"}");
    }
    get(base + "/metrics");
  }

  private static void get(String uri) throws Exception {
    CLIENT.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.discarding());
  }

  private static void post(String uri, String json) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(uri)).header("content-type", "application/json").POST(BodyPublishers.ofString(json));
    CLIENT.send(request.build(), BodyHandlers.discarding());
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
