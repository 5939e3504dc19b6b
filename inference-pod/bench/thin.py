"""The thinnest HTTP server: one thread, token numbers in and out, no text at all.

POST {"prompt": [token, ...], "max_tokens": n} is answered with one server-sent event per token and `data: [DONE]`. Requests that
wait are taken between two steps.
"""

import collections
import json
import selectors
import socket

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
END = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"


class Client:
    """A connection, and the one request that it may have under way."""

    def __init__(self, sock):
        self.sock, self.received, self.gone = sock, b"", False
        self.prompt, self.left, self.begun = None, 0, False

    def parse(self):
        """Whether a whole request has come."""
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return False
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return False
        request = json.loads(body[:length])
        self.received = body[length:]
        self.prompt, self.left, self.begun = request["prompt"], request["max_tokens"], False
        return True

    def token(self, token):
        data = b"data: %d\n\n" % token
        text = b"%x\r\n%b\r\n" % (len(data), data)
        self.left -= 1
        self.write((b"" if self.begun else HEAD) + text + (b"" if self.left else END))
        self.begun = True

    def write(self, data):
        try:
            self.sock.sendall(data)
        except OSError:
            self.gone = True


class Front:
    """Accepts connections and collects requests, without ever waiting while there is work."""

    def __init__(self, port):
        self.selector, self.waiting = selectors.DefaultSelector(), collections.deque()
        listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self.selector.register(listener, selectors.EVENT_READ, None)

    def poll(self, idle):
        for key, _ in self.selector.select(None if idle else 0):
            if key.data is None:
                sock, _ = key.fileobj.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.selector.register(sock, selectors.EVENT_READ, Client(sock))
            else:
                self.read(key.data)

    def read(self, client):
        try:
            data = client.sock.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            client.gone = True
            self.selector.unregister(client.sock)
            client.sock.close()
            return
        client.received += data
        if client.parse():
            self.waiting.append(client)


def take(front, most):
    batch = []
    while front.waiting and len(batch) < most:
        client = front.waiting.popleft()
        if not client.gone:
            batch.append(client)
    return batch
