package io.zonefleet.e2e.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * One POST over a connection of its own. Over a plain socket, because the JDK's client bounds the
 * time to the first byte only, and a stream from a dark zone would hang for ever.
 */
final class Post {

  private static final String EARLY = "the answer ended early";
  private static final String DONE = "data: [DONE]";

  private final DataPlane plane;
  private final URI target;
  private final String body;
  private final boolean stream;
  private final Duration patience;
  private final long started = System.nanoTime();
  private final Instant sent = Instant.now();
  private long firstByteMillis = -1;
  private int status;
  private Map<String, String> headers = Map.of();

  /**
   * @param patience for a whole answer; for a stream, between two bytes
   */
  Post(DataPlane plane, URI target, String body, boolean stream, Duration patience) {
    this.plane = plane;
    this.target = target;
    this.body = body;
    this.stream = stream;
    this.patience = patience;
  }

  /**
   * Never fails: what goes wrong is in the sample.
   *
   * @param stopped whether the load is over, which a stream then is too
   */
  Sample send(BooleanSupplier stopped) {
    try (var socket = new Socket()) {
      socket.connect(address(), (int) patience.toMillis());
      socket.setSoTimeout(left());
      socket.getOutputStream().write(request().getBytes(StandardCharsets.UTF_8));
      var in = new BufferedInputStream(socket.getInputStream());
      readHead(in);
      if (stream && status == 200) {
        socket.setSoTimeout((int) patience.toMillis());
        return sample(readEvents(in, stopped));
      }
      socket.setSoTimeout(left());
      readWhole(in);
      return sample(status == 200 ? "" : "HTTP " + status);
    } catch (IOException e) {
      return sample(stopped.getAsBoolean() && stream ? Sample.STOPPED : words(e));
    }
  }

  private InetSocketAddress address() {
    return new InetSocketAddress(target.getHost(), target.getPort() < 0 ? 80 : target.getPort());
  }

  private int left() {
    return (int) Math.max(1, patience.toMillis() - millis());
  }

  private String request() {
    return "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        .formatted(
            target.getPath(),
            target.getAuthority(),
            body.getBytes(StandardCharsets.UTF_8).length,
            body);
  }

  private void readHead(InputStream in) throws IOException {
    var line = readLine(in);
    status = Integer.parseInt(line.split(" ")[1]);
    var read = new HashMap<String, String>();
    for (line = readLine(in); !line.isEmpty(); line = readLine(in)) {
      var colon = line.indexOf(':');
      read.put(line.substring(0, colon).toLowerCase(), line.substring(colon + 1).strip());
    }
    headers = read;
  }

  private String readEvents(InputStream in, BooleanSupplier stopped) throws IOException {
    // chunk sizes are lines of their own, and no event is split: each is written as one chunk
    while (!stopped.getAsBoolean()) {
      if (readLine(in).equals(DONE)) {
        return "";
      }
    }
    return Sample.STOPPED;
  }

  private void readWhole(InputStream in) throws IOException {
    if (headers.containsKey("content-length")) {
      read(in, Integer.parseInt(headers.get("content-length")));
      return;
    }
    while (true) {
      var size = Integer.parseInt(readLine(in).split(";")[0].strip(), 16);
      read(in, size);
      readLine(in);
      if (size == 0) {
        return;
      }
    }
  }

  private static void read(InputStream in, int size) throws IOException {
    if (in.readNBytes(size).length < size) {
      throw new EOFException(EARLY);
    }
  }

  private String readLine(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException(EARLY);
      }
      if (firstByteMillis < 0) {
        firstByteMillis = millis();
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  private Sample sample(String failure) {
    // a refusal is no answer: the gateway, not a pod, may have written it
    var begun = status == 200 ? firstByteMillis : -1;
    return new Sample(
        plane,
        stream,
        sent,
        begun,
        millis(),
        headers.getOrDefault("x-zonefleet-zone", ""),
        Integer.parseInt(headers.getOrDefault("x-envoy-attempt-count", "1")),
        failure);
  }

  private long millis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
  }

  private static String words(IOException e) {
    var message = e.getMessage() == null ? "" : ": " + e.getMessage().replaceAll("\\s+", " ");
    return e.getClass().getSimpleName() + message;
  }
}
