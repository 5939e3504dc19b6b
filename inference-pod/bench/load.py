"""Load on one server over HTTP, from one thread: closed loops of clients, or open Poisson arrivals.

Tokens are counted as they come. A server may send two tokens in one event, so that events are scaled by what whole answers had. Only
events that bring tokens count: an answer that the window's end cuts off has not had those that only say that it is complete, and would seem
shorter the more of them its server sends.
"""

import heapq
import json
import random
import selectors
import socket
import time
from typing import NamedTuple

READ = 1 << 16
EVENT = b"data: "
WITHOUT_TOKEN = (b"data: [DONE]", b'"finish_reason":"')
LONGEST = max(len(mark) for mark in (EVENT, *WITHOUT_TOKEN))


class Lengths(NamedTuple):
    """Log-normal lengths of prompts and answers, in tokens, each cut off at both ends."""

    prompt_median: int = 32
    output_median: int = 64
    sigma: float = 0.6
    least: int = 8
    most: int = 256

    def draw(self, rng):
        def one(median):
            return min(self.most, max(self.least, round(median * rng.lognormvariate(0, self.sigma))))

        return one(self.prompt_median), one(self.output_median)


class Load(NamedTuple):
    """`clients` that each wait for their answer before they ask again, or, with 0 clients, `rate` arrivals a second."""

    clients: int = 0
    rate: float = 0.0

    @property
    def name(self):
        return "closed" if self.clients else "open"


class Sample(NamedTuple):
    """What a window of time saw: seconds to first tokens, and per further token of whole answers."""

    seconds: float
    tokens: float
    requests: int
    in_flight: float
    ttft: list
    tpot: list


class Exchange:
    """One request over a connection that may serve others afterwards."""

    def __init__(self, sock, output, sent):
        self.sock, self.output, self.sent = sock, output, sent
        self.first = self.last = None
        self.events, self.tail = 0, b""

    def receive(self, data, now):
        """Whether the answer is complete."""
        if not self.tail and not self.events and not data.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"refused: {data[:300]!r}")
        text = self.tail + data
        events = self.come(text, EVENT) - sum(self.come(text, mark) for mark in WITHOUT_TOKEN)
        if events > 0:
            self.first = self.first or now
            self.last = now
        self.events += events
        self.tail = text[1 - LONGEST :]
        return text.endswith(b"\r\n0\r\n\r\n")

    def come(self, text, mark):
        """How often it is there now and was not before."""
        return text.count(mark) - self.tail.count(mark)


class Window:
    """Counts from `begin` on, as a clock of seconds; None while the server warms up."""

    def __init__(self):
        self.begin = None
        self.events, self.done_events, self.done_tokens = 0, 0, 0
        self.requests, self.busy, self.then = 0, 0.0, 0.0
        self.ttft, self.tpot = [], []

    def open(self, now):
        self.begin = self.then = now

    def passes(self, now, in_flight):
        """To be called before `in_flight` changes."""
        if self.begin is not None:
            self.busy += in_flight * (now - self.then)
            self.then = now

    def complete(self, exchange):
        self.done_events += exchange.events
        self.done_tokens += exchange.output
        if self.begin is not None:
            self.requests += 1
            if exchange.first:  # an answer may be of tokens without text
                self.tpot.append((exchange.last - exchange.first) / (exchange.output - 1))

    def sample(self, now):
        scale = self.done_tokens / self.done_events if self.done_events else 1.0
        seconds = now - self.begin
        return Sample(
            seconds, self.events * scale, self.requests, self.busy / seconds, self.ttft, self.tpot
        )


def drive(port, body, load, lengths, seconds, seed):
    """Runs a load until a window of `seconds` has passed that began when the server had warmed up, and hangs up.

    body(prompt_tokens, output_tokens, rng) makes a request's JSON; the seed gives all servers the same lengths. The window begins once
    each client has had an answer, or half of `seconds` has gone; so too, for open load, for as many requests as a second brings."""
    sizes, rng = random.Random(seed), random.Random(seed)
    selector, idle, window = selectors.DefaultSelector(), [], Window()
    start = time.perf_counter()
    arrivals = [(start, n) for n in range(load.clients)] if load.clients else [(start, 0)]
    answered, flying = 0, 0
    warm = load.clients or max(1, round(load.rate))
    try:
        while True:
            now = time.perf_counter()
            if window.begin is None and (answered >= warm or now - start > seconds / 2):
                window.open(now)
            if window.begin is not None and now - window.begin >= seconds:
                window.passes(now, flying)
                return window.sample(now)
            while arrivals and arrivals[0][0] <= now:
                due, _ = heapq.heappop(arrivals)
                prompt, output = lengths.draw(sizes)
                sock = idle.pop() if idle else connect(port)
                window.passes(now, flying)
                flying += 1
                # an open load's request is late from when it was due
                exchange = Exchange(sock, output, due if not load.clients else now)
                selector.register(sock, selectors.EVENT_READ, exchange)
                sock.sendall(http(body(prompt, output, rng)))
                if not load.clients:
                    heapq.heappush(arrivals, (due + rng.expovariate(load.rate), 0))
            wait = arrivals[0][0] - now if arrivals else 0.05
            for key, _ in selector.select(min(0.05, max(0.0, wait))):
                exchange, now = key.data, time.perf_counter()
                data = exchange.sock.recv(READ)
                if not data:
                    raise RuntimeError("the server hung up")
                before, unseen = exchange.events, exchange.first is None
                complete = exchange.receive(data, now)
                if window.begin is not None:
                    window.events += exchange.events - before
                    if unseen and exchange.first:
                        window.ttft.append(exchange.first - exchange.sent)
                if complete:
                    window.passes(now, flying)
                    flying -= 1
                    window.complete(exchange)
                    answered += 1
                    selector.unregister(exchange.sock)
                    idle.append(exchange.sock)
                    if load.clients:
                        heapq.heappush(arrivals, (now, answered))
    finally:
        for key in list(selector.get_map().values()):
            key.fileobj.close()
        for sock in idle:
            sock.close()
        selector.close()


def connect(port):
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def http(body):
    head = "POST /v1/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    data = json.dumps(body).encode()
    return (head % len(data)).encode() + data


def quantile(values, q):
    """Nearest rank; None of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else None
