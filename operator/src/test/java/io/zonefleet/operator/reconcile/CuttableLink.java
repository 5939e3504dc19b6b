package io.zonefleet.operator.reconcile;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A way to a server on loopback that can turn into a black hole: nothing passes, nothing closes.
 */
final class CuttableLink implements AutoCloseable {
  private final ServerSocket entry;
  private final int target;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private volatile boolean cut;

  CuttableLink(int target) {
    this.target = target;
    try {
      entry = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return entry.getLocalPort();
  }

  void cut() {
    cut = true;
  }

  private void accept() {
    while (!entry.isClosed()) {
      try {
        var client = entry.accept();
        open.add(client);
        var server = new Socket("127.0.0.1", target);
        open.add(server);
        pump(client, server);
        pump(server, client);
      } catch (IOException e) {
        // closed, or the server is gone: the client's own time-out tells
      }
    }
  }

  private void pump(Socket from, Socket to) {
    Thread.startVirtualThread(
        () -> {
          try (InputStream in = from.getInputStream();
              OutputStream out = to.getOutputStream()) {
            var buffer = new byte[16_384];
            int n;
            while ((n = in.read(buffer)) >= 0) {
              if (!cut) {
                out.write(buffer, 0, n);
                out.flush();
              }
            }
          } catch (IOException e) {
            // one side has closed; so does the other
          }
        });
  }

  @Override
  public void close() throws IOException {
    entry.close();
    for (var socket : open) {
      socket.close();
    }
  }
}
