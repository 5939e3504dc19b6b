package io.zonefleet.inference.process;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One HTTP/2 connection with prior knowledge, frame by frame (RFC 9113), as a gateway holds it:
 * streams, resets and PINGs are the test's to send.
 */
final class Http2Connection implements AutoCloseable {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int PRIORITY = 32;
  private static final int ACK = 1;
  private static final int CANCEL = 8;
  private static final int WINDOW = 1 << 30;

  /** An answer that has ended. */
  record Answer(Http2Headers headers, String body) {
    int status() {
      return Integer.parseInt(headers.status().toString());
    }
  }

  private static final class Stream {
    final CompletableFuture<Answer> answer = new CompletableFuture<>();
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    Http2Headers headers;
  }

  private final Socket socket;
  private final OutputStream out;
  private final DefaultHttp2HeadersDecoder headers = new DefaultHttp2HeadersDecoder(false);
  private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();
  private final Map<Long, CompletableFuture<Duration>> pings = new HashMap<>();
  private final CompletableFuture<Void> lost = new CompletableFuture<>();
  private int nextStream = 1;
  private long nextPing;

  Http2Connection(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
    out.write(PREFACE);
    byte[] initialWindow = ByteBuffer.allocate(6).putShort((short) 4).putInt(WINDOW).array();
    frame(SETTINGS, 0, 0, initialWindow);
    frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(WINDOW).array());
    Thread.ofVirtual().start(this::read);
  }

  private synchronized void frame(int type, int flags, int stream, byte[] payload)
      throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
    out.write(frame.array());
  }

  /** Sends a POST and returns its stream. */
  synchronized int post(String path, String json) throws IOException {
    int id = nextStream;
    nextStream += 2;
    streams.put(id, new Stream());
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    literal(block, ":method", "POST");
    literal(block, ":scheme", "http");
    literal(block, ":path", path);
    literal(block, ":authority", "pod");
    literal(block, "content-type", "application/json");
    frame(HEADERS, END_HEADERS, id, block.toByteArray());
    frame(DATA, END_STREAM, id, json.getBytes(StandardCharsets.UTF_8));
    return id;
  }

  /** RFC 7541, 6.2.2: a literal with a literal name that is not indexed. */
  private static void literal(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    block.write(name.length());
    block.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    block.write(value.length());
    block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  CompletableFuture<Answer> answer(int stream) {
    return streams.get(stream).answer;
  }

  /** The client of this stream went away. */
  void reset(int stream) throws IOException {
    frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL).array());
  }

  /** The time until the PING's answer. */
  CompletableFuture<Duration> ping() throws IOException {
    CompletableFuture<Duration> answered = new CompletableFuture<>();
    long begin = System.nanoTime();
    long number;
    synchronized (pings) {
      number = nextPing++;
      pings.put(number, answered);
    }
    frame(PING, 0, 0, ByteBuffer.allocate(8).putLong(number).array());
    return answered.thenApply(ignored -> Duration.ofNanos(System.nanoTime() - begin));
  }

  /** Completes exceptionally when the pod closes the connection or says GOAWAY. */
  CompletableFuture<Void> lost() {
    return lost;
  }

  private void read() {
    try {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        handle(type, flags, stream, in.readNBytes(length));
      }
    } catch (Exception e) {
      lose(e);
    }
  }

  private void handle(int type, int flags, int id, byte[] payload) throws Exception {
    Stream stream = streams.get(id);
    switch (type) {
      case HEADERS -> {
        ByteBuf block = Unpooled.wrappedBuffer(payload);
        block.skipBytes((flags & PRIORITY) != 0 ? 5 : 0);
        stream.headers = headers.decodeHeaders(id, block);
      }
      case DATA -> stream.body.writeBytes(payload);
      case RST_STREAM -> stream.answer.completeExceptionally(new IOException("stream reset"));
      case SETTINGS -> {
        if ((flags & ACK) == 0) {
          frame(SETTINGS, ACK, 0, new byte[0]);
        }
      }
      case PING -> {
        if ((flags & ACK) != 0) {
          synchronized (pings) {
            pings.remove(ByteBuffer.wrap(payload).getLong()).complete(Duration.ZERO);
          }
        }
      }
      case GOAWAY -> lose(new IOException("GOAWAY"));
      default -> {}
    }
    if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
      String body = stream.body.toString(StandardCharsets.UTF_8);
      stream.answer.complete(new Answer(stream.headers, body));
    }
  }

  private void lose(Exception cause) {
    lost.completeExceptionally(cause);
    streams.values().forEach(stream -> stream.answer.completeExceptionally(cause));
    synchronized (pings) {
      pings.values().forEach(ping -> ping.completeExceptionally(cause));
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
