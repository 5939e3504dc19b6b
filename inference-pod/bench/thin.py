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


class Connection:
    """A client, which sends its next request when it has the answer to the last one."""

    def __init__(self, sock):
        self.sock, self.received, self.gone = sock, b"", False

    def request(self):
        """The request that has come whole, or None."""
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return None
        request = json.loads(body[:length])
        self.received = body[length:]
        return Request(self, request["prompt"], request["max_tokens"])

    def write(self, data):
        try:
            self.sock.sendall(data)
        except OSError:
            self.gone = True


class Request:
    """What is still to be said to one prompt: `left` tokens. A batch may hold it for longer than that, when its connection has the next."""

    def __init__(self, connection, prompt, left):
        self.connection, self.prompt, self.left, self.begun = connection, prompt, left, False

    @property
    def done(self):
        return not self.left or self.connection.gone

    def token(self, token):
        data = b"data: %d\n\n" % token
        text = b"%x\r\n%b\r\n" % (len(data), data)
        self.left -= 1
        self.connection.write((b"" if self.begun else HEAD) + text + (b"" if self.left else END))
        self.begun = True


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
                self.selector.register(sock, selectors.EVENT_READ, Connection(sock))
            else:
                self.read(key.data)

    def read(self, connection):
        try:
            data = connection.sock.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            connection.gone = True
            self.selector.unregister(connection.sock)
            connection.sock.close()
            return
        connection.received += data
        request = connection.request()
        if request:
            self.waiting.append(request)


def take(front, most):
    batch = []
    while front.waiting and len(batch) < most:
        request = front.waiting.popleft()
        if not request.done:
            batch.append(request)
    return batch
