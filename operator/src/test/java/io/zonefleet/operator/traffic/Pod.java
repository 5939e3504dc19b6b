package io.zonefleet.operator.traffic;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/** A stand-in for an inference pod, on a loopback address of its own: see {@link PodProcess}. */
public final class Pod implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  public final String zone;
  public final String address;
  public final int port;
  private Process process;

  /** Starts it and waits until it listens. */
  static Pod start(String zone, String address) throws Exception {
    var pod = new Pod(zone, address, freePort(address));
    pod.launch();
    pod.awaitListening();
    return pod;
  }

  /** One pod for each of the zones, started together. */
  static List<Pod> startEach(String... zones) throws Exception {
    var pods = new ArrayList<Pod>();
    for (int i = 0; i < zones.length; i++) {
      var address = "127.0.1." + (i + 1);
      pods.add(new Pod(zones[i], address, freePort(address)));
      pods.getLast().launch();
    }
    for (var pod : pods) {
      pod.awaitListening();
    }
    return pods;
  }

  private Pod(String zone, String address, int port) {
    this.zone = zone;
    this.address = address;
    this.port = port;
  }

  static int freePort(String address) throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
      return socket.getLocalPort();
    }
  }

  private void launch() throws IOException {
    var classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                classes,
                PodProcess.class.getName(),
                zone,
                address,
                Integer.toString(port))
            .redirectErrorStream(true)
            .start();
  }

  private void awaitListening() throws IOException {
    // not closed: the process would die of a broken pipe
    var output = process.inputReader();
    var seen = new StringBuilder();
    for (var line = output.readLine(); line != null; line = output.readLine()) {
      if (line.equals("listening")) {
        return;
      }
      seen.append(line).append('\n');
    }
    throw new IOException("pod of " + zone + " did not start:\n" + seen);
  }

  TrafficPlan.Endpoint endpoint() {
    return new TrafficPlan.Endpoint(zone, address, port, false);
  }

  TrafficPlan.Endpoint draining() {
    return new TrafficPlan.Endpoint(zone, address, port, true);
  }

  /** Predictions and streams that it has begun. */
  int started() throws Exception {
    return Integer.parseInt(ask("/started"));
  }

  public void fallUnready() throws Exception {
    ask("/control?ready=false");
  }

  /** As a pod that drains: not ready, and 503 for what is new. */
  void refuse() throws Exception {
    ask("/control?ready=false&refuse=503");
  }

  /** As a pod whose queue is full (429), or closed before its readiness falls (503). */
  public void refuseWhileReady(int status) throws Exception {
    ask("/control?refuse=" + status);
  }

  public void recover() throws Exception {
    ask("/control");
  }

  public void freeze() throws Exception {
    signal("-STOP");
  }

  public void thaw() throws Exception {
    signal("-CONT");
  }

  public void kill() {
    process.destroyForcibly();
  }

  private String ask(String path) throws Exception {
    var uri = URI.create("http://" + address + ":" + port + path);
    return CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
  }

  private void signal(String name) throws Exception {
    int status = new ProcessBuilder("kill", name, Long.toString(process.pid())).start().waitFor();
    if (status != 0) {
      throw new IOException("kill " + name + " failed with status " + status);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
