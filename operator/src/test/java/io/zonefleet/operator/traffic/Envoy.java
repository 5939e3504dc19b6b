package io.zonefleet.operator.traffic;

import io.zonefleet.operator.fleet.GatewayStart;
import io.zonefleet.operator.trust.Leaf;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A real gateway: Envoy with the bootstrap that the operator gives it, on loopback. */
public final class Envoy implements AutoCloseable {
  public static final String ADDRESS = "127.0.2.1";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  public final int port;
  final int adminPort;
  public final int monitorPort;
  private final Path folder;
  private final List<String> command;

  /** Where it finds the plan that it starts from. */
  final MountedFiles plan;

  /** Where it finds its certificate. */
  final MountedFiles identity;

  private Process process;
  private boolean keeps;

  private Envoy(Path folder, FleetKey fleet, int xdsPort, Leaf certificate) throws IOException {
    this.folder = folder;
    port = Pod.freePort(ADDRESS);
    adminPort = Pod.freePort("127.0.0.1");
    monitorPort = Pod.freePort(ADDRESS);
    identity = new MountedFiles(folder.resolve("identity"), texts(certificate.pem()));
    plan = new MountedFiles(folder.resolve("plan"), keptPlan(noPods(fleet)).files());
    var run = folder.resolve("run");
    var bootstrap =
        new Bootstrap(
            "127.0.0.1",
            TestTrust.XDS_NAME,
            xdsPort,
            folder,
            identity.folder(),
            run,
            adminPort,
            ADDRESS,
            monitorPort);
    for (var file : bootstrap.files().entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    command = new ArrayList<>(List.of("bash", "-c"));
    command.add(
        asKubernetesRunsIt(
            GatewayStart.script(plan.folder().toString(), run.toString(), adminPort)));
    command.add("gateway");
    command.addAll(
        List.of("-c", folder.resolve(Bootstrap.MAIN).toString(), "--disable-hot-restart"));
    command.addAll(List.of("--service-node", "gateway-0", "--service-zone", "zone-a"));
    command.addAll(List.of("--service-cluster", fleet.nodeCluster(), "--concurrency", "1"));
    command.addAll(List.of("--drain-time-s", "5", "-l", "warning"));
  }

  /** Of two dollars in a container's command Kubernetes makes one. */
  private static String asKubernetesRunsIt(String script) {
    return script.replace("$$", "$");
  }

  /** Prepared but not running, so that its port can be told to the xDS server first. */
  static Envoy prepare(Path folder, FleetKey fleet, int xdsPort, Leaf certificate)
      throws IOException {
    return new Envoy(folder, fleet, xdsPort, certificate);
  }

  /** Puts a plan where the next start finds it. */
  void keep(TrafficPlan kept) throws IOException {
    plan.change(keptPlan(kept).files());
    keeps = true;
  }

  /** Puts the settings of a plan there, unless a plan is there already. */
  void keepSettings(TrafficPlan of) throws IOException {
    if (!keeps) {
      plan.change(keptPlan(new TrafficPlan(of.fleet(), List.of(), of.settings())).files());
    }
  }

  private KeptPlan keptPlan(TrafficPlan kept) {
    return KeptPlan.of(
        EnvoyResources.of(kept, ADDRESS, port), folder.resolve("plan"), folder.resolve("run"));
  }

  private static TrafficPlan noPods(FleetKey fleet) {
    return new TrafficPlan(fleet, List.of(), GatewaySettings.DEFAULT);
  }

  static Map<String, byte[]> texts(Map<String, String> texts) {
    var files = new TreeMap<String, byte[]>();
    texts.forEach((name, text) -> files.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return files;
  }

  Envoy start() throws IOException {
    var builder = new ProcessBuilder(command);
    builder
        .environment()
        .merge(
            "PATH",
            EnvoyIsInstalled.Condition.binary().getParent().toString(),
            (path, folder) -> folder + ":" + path);
    process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("envoy.log").toFile()))
            .start();
    return this;
  }

  /** Waits until Envoy is initialised and a request is answered with 200. */
  void awaitServing() throws Exception {
    Eventually.holds(
        Duration.ofSeconds(60),
        () -> "the gateway answers; its log: " + log(),
        () -> !runs() || get(port, "/predict").status() == 200);
    if (!runs()) {
      throw new AssertionError("Envoy ended: " + log());
    }
  }

  /** What the readiness probe finds; the monitor port is closed until Envoy has its first plan. */
  boolean ready() throws Exception {
    try {
      return get(monitorPort, "/ready").status() == 200;
    } catch (ConnectException e) {
      return false;
    }
  }

  /** Whether the admin port answers, which opens at once. */
  boolean adminAnswers() throws Exception {
    try {
      return admin("GET", "/server_info").status() == 200;
    } catch (ConnectException e) {
      return false;
    }
  }

  public record Answer(int status, String body) {}

  public Answer get(int atPort, String path) throws Exception {
    return at(ADDRESS, atPort, "GET", path);
  }

  Answer admin(String method, String path) throws Exception {
    return at("127.0.0.1", adminPort, method, path);
  }

  private static Answer at(String address, int port, String method, String path) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(5))
            .build();
    var answer = CLIENT.send(request, BodyHandlers.ofString());
    return new Answer(answer.statusCode(), answer.body());
  }

  /** A counter or gauge by its full name; 0 when it was never touched. */
  long stat(String name) throws Exception {
    return admin("GET", "/stats?filter=%5E" + name + "$")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + ": "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 2)))
        .findFirst()
        .orElse(0);
  }

  /** Its pods and what it thinks of them, as the operator reads it. */
  String clusters() throws Exception {
    return get(monitorPort, "/clusters").body();
  }

  String log() {
    try {
      return Files.readString(folder.resolve("envoy.log"));
    } catch (IOException e) {
      return "none (" + e.getMessage() + ")";
    }
  }

  long pid() {
    return process.pid();
  }

  boolean runs() {
    return process.isAlive();
  }

  /** As the kubelet does. */
  void terminate() {
    process.destroy();
  }

  @Override
  public void close() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }
}
