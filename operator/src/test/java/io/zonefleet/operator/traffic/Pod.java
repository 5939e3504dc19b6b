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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A stand-in for an inference pod, on a loopback address of its own: see {@link PodProcess}. */
public final class Pod implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /** By address, what earlier tests are done with: no start, and compiled code. */
  private static final Map<String, Launched> IDLE = new ConcurrentHashMap<>();

  private static final class Launched {
    final Process process;
    final int port;
    boolean listens;

    Launched(Process process, int port) {
      this.process = process;
      this.port = port;
    }
  }

  public final String zone;
  public final String address;
  public final int port;
  private final Launched launched;
  private boolean killed;

  /** Starts it and waits until it listens. */
  static Pod start(String zone, String address) throws Exception {
    return new Pod(zone, address, launch(address)).ready();
  }

  /** One pod for each of the zones, started together. */
  static List<Pod> startEach(String... zones) throws Exception {
    var pods = new ArrayList<Pod>();
    for (int i = 0; i < zones.length; i++) {
      var address = "127.0.1." + (i + 1);
      var idle = IDLE.remove(address);
      pods.add(new Pod(zones[i], address, idle != null ? idle : launch(address)));
    }
    for (var pod : pods) {
      pod.ready();
    }
    return pods;
  }

  private Pod(String zone, String address, Launched launched) {
    this.zone = zone;
    this.address = address;
    this.launched = launched;
    port = launched.port;
  }

  static int freePort(String address) throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
      return socket.getLocalPort();
    }
  }

  private static Launched launch(String address) throws IOException {
    int port = freePort(address);
    return new Launched(PodJava.start(address, port), port);
  }

  private Pod ready() throws Exception {
    if (!launched.listens) {
      if (!"listening".equals(launched.process.inputReader().readLine())) {
        throw new IOException("pod of " + zone + " did not start");
      }
      launched.listens = true;
    }
    ask("/control?zone=" + zone);
    return this;
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
    killed = true;
    launched.process.destroyForcibly();
  }

  private String ask(String path) throws Exception {
    var uri = URI.create("http://" + address + ":" + port + path);
    return CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
  }

  private void signal(String name) throws Exception {
    int status =
        new ProcessBuilder("kill", name, Long.toString(launched.process.pid())).start().waitFor();
    if (status != 0) {
      throw new IOException("kill " + name + " failed with status " + status);
    }
  }

  /** Leaves the process to the next test, unless it was killed. */
  @Override
  public void close() throws Exception {
    if (killed) {
      return;
    }
    thaw();
    if (IDLE.putIfAbsent(address, launched) != null) {
      kill();
    }
  }
}
