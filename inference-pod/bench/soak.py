"""A pod among clients that behave badly: see bin/bench soak --help."""

import argparse
import asyncio
import collections
import json
import os
import pathlib
import random
import socket
import statistics
import struct
import sys
import tempfile
import time

import servers

ROOT = pathlib.Path(__file__).parents[2]
MODELS = ROOT / "examples/models/tiny-r1"
SLOTS = 8
GOOD, LEAVING, SLOW, MALFORMED = 6, 24, 6, 4  # clients of each kind at once
GROWTH_MIB = 16  # allowed from the third quarter of the time to the last
PROBE_SECONDS = 30
HEAP_MIB = 96


def post(body, path="/v1/chat/completions", length=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: soak\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(data) if length is None else length}\r\n\r\n".encode() + data


def chat(messages, **more):
    return {"model": "bench", "messages": messages, "temperature": 0, **more}


class Soak:
    def __init__(self, port, golden, seed):
        self.port, self.golden, self.rng = port, golden, random.Random(seed)
        self.counts, self.wrong = collections.Counter(), []
        self.end = None

    def over(self):
        return time.monotonic() > self.end

    async def connect(self, small=False):
        sock = socket.socket()
        if small:  # so that the server's writes soon find no room
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.port))
        return await asyncio.open_connection(sock=sock, limit=1 << 22)

    async def exchange(self, request, small=False):
        """Status and body of an answer, read to its end."""
        reader, writer = await self.connect(small)
        try:
            writer.write(request.replace(b"host: soak", b"host: soak\r\nconnection: close", 1))
            answer = await asyncio.wait_for(reader.read(-1), PROBE_SECONDS)
            head, _, body = answer.partition(b"\r\n\r\n")
            return int(head.split()[1]) if head else 0, head, body
        finally:
            writer.close()

    async def check(self, small=False, pause=0.0):
        """Asks what has a known answer, streaming or not."""
        entry = self.rng.choice(self.golden)
        expected = entry["text"].replace("</think>", "").split()
        if small:
            got = await self.slowly(entry, pause)
        else:
            status, _, body = await self.exchange(post(chat(entry["messages"], max_tokens=300)))
            if status != 200:
                raise RuntimeError(f"a good request got {status}: {body[:200]!r}")
            message = json.loads(body)["choices"][0]["message"]
            got = message.get("reasoning", "") + " " + message["content"]
        self.counts["answers checked"] += 1
        if got.split() != expected:
            self.wrong.append((entry["prompt"], got))

    async def slowly(self, entry, pause):
        reader, writer = await self.connect(small=True)
        try:
            writer.write(post(chat(entry["messages"], max_tokens=300, stream=True)))
            data = b""
            while not data.endswith(b"\r\n0\r\n\r\n"):
                more = await asyncio.wait_for(reader.read(200), PROBE_SECONDS)
                if not more:
                    raise RuntimeError(f"a slow reader was cut off after {data[-200:]!r}")
                data += more
                await asyncio.sleep(pause)
        finally:
            writer.close()
        text = {"reasoning": "", "content": ""}
        for line in dechunked(data.partition(b"\r\n\r\n")[2]).split(b"\n"):
            if line.startswith(b"data: {"):
                delta = json.loads(line[6:])["choices"][0]["delta"]
                for part in text:
                    text[part] += delta.get(part, "")
        return text["reasoning"] + " " + text["content"]

    async def good(self):
        await self.check()

    async def slow(self):
        """Reads 200 bytes at a time; one in four never reads at all for a while and leaves."""
        if self.rng.random() < 0.25:
            reader, writer = await self.connect(small=True)
            reader._transport.pause_reading()
            writer.write(post(chat([{"role": "user", "content": "Tell me about Japan."}], ignore_eos=True, max_tokens=600, stream=True)))
            await asyncio.sleep(self.rng.uniform(0.5, 3))
            self.leave(writer)
            self.counts["stalled readers that left"] += 1
        else:
            await self.check(small=True, pause=self.rng.uniform(0, 0.02))
            self.counts["slow readers"] += 1

    def leave(self, writer):
        """Closes, or resets, the connection."""
        if self.rng.random() < 0.5:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        else:
            writer.close()

    async def leaving(self):
        """Hangs up at a random moment: within the request, while it waits, or between two tokens."""
        reader, writer = await self.connect()
        country = self.rng.choice(["Japan", "France", "Norway", "Chad", "Peru"])
        body = chat(
            [{"role": "user", "content": f"Tell me about {country}."}],
            ignore_eos=True,
            max_tokens=self.rng.choice([50, 300, 600]),
            stream=self.rng.random() < 0.7,
            n=self.rng.choice([1, 1, 1, 2]),
        )
        request = post(body)
        if self.rng.random() < 0.1:
            request = request[: self.rng.randrange(len(request))]
        writer.write(request)
        try:
            wait = self.rng.expovariate(1 / 0.15)
            if self.rng.random() < 0.5:
                await asyncio.wait_for(reader.read(1), wait)
            await asyncio.sleep(self.rng.uniform(0, wait))
        except (asyncio.TimeoutError, OSError):
            pass
        self.leave(writer)
        self.counts["disconnects"] += 1

    async def malformed(self):
        question = [{"role": "user", "content": "Hello!"}]
        case = self.rng.choice(
            [
                (post(b"{"), {400}),
                (post(b"\xff\xfe\x00garbage"), {400}),
                (post(b"[" * 100_000), {400}),
                (post(b""), {400}),
                (post({"model": "bench"}), {400}),
                (post({"model": "other", "messages": question}), {404}),
                (post(chat(question, max_tokens=-1)), {400}),
                (post(chat(question, max_tokens=1e99)), {400}),
                (post(chat("no list")), {400}),
                (post(chat(question, stop=[{}])), {400}),
                (post(chat([{"role": "user", "content": "word " * 20_000}])), {400}),
                (post(b"x" * 5_000_000), {413}),
                (post(chat(question), path="/v1/nothing"), {404}),
                (b"GET /v1/chat/completions HTTP/1.1\r\nhost: soak\r\n\r\n", {404, 405}),
                (b"NONSENSE\r\n\r\n", {0, 400}),
                (b"POST /v1/completions HTTP/1.1\r\nhost: soak\r\ncontent-length: many\r\n\r\n", {0, 400}),
                (b"GET / HTTP/1.1\r\nhost: soak\r\nx: " + b"a" * 70_000 + b"\r\n\r\n", {0, 431}),
            ]
        )
        try:
            status, _, body = await self.exchange(case[0])
        except ConnectionError:
            status, body = 0, b""
            if case[1] == {413}:  # the server may close before all of a body that is too large has come
                return
        self.counts["malformed requests"] += 1
        if status not in case[1]:
            self.wrong.append((case[0][:200], f"status {status}, expected {case[1]}: {body[:200]!r}"))

    async def repeat(self, behave):
        while not self.over():
            try:
                await behave()
            except Exception as problem:  # the soak goes on, and fails at its end
                self.wrong.append((behave.__name__, repr(problem)))
                await asyncio.sleep(0.1)

    async def metrics(self):
        _, _, body = await self.exchange(b"GET /metrics HTTP/1.1\r\nhost: soak\r\n\r\n")
        found = {}
        for line in body.decode().splitlines():
            for name in ("vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc"):
                if line.startswith(name):
                    found[name] = float(line.rpartition(" ")[2])
        return found

    async def idle(self):
        """Whether, within a second, no slot is taken any more."""
        end = time.monotonic() + 1
        while True:
            found = await self.metrics()
            if found and not any(found.values()):
                return found, True
            if time.monotonic() > end:
                return found, False
            await asyncio.sleep(0.02)


def dechunked(data):
    out = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        out, data = out + data[: int(size, 16)], data[int(size, 16) + 2 :]
    return out


async def watch(pod, soak, memory):
    while not soak.over():
        memory.append(pod.cost().rss)
        await asyncio.sleep(1)


async def run(pod, golden, options):
    soak, memory = Soak(pod.port, golden, options.seed), []
    soak.end = time.monotonic() + options.seconds
    behaviours = [soak.good] * GOOD + [soak.leaving] * LEAVING + [soak.slow] * SLOW + [soak.malformed] * MALFORMED
    await asyncio.gather(watch(pod, soak, memory), *(soak.repeat(each) for each in behaviours))
    left, free = await soak.idle()
    soak.end = time.monotonic() + 60
    await asyncio.gather(*(soak.check() for _ in range(4 * SLOTS)))
    return soak, memory, left, free


def main():
    parser = argparse.ArgumentParser(prog="bin/bench soak")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    golden = json.loads((MODELS / "golden.json").read_text("utf-8"))
    cache = pathlib.Path(os.environ["ZONEFLEET_CACHE"]) / "bench"
    with tempfile.TemporaryDirectory(dir=cache) as work:
        setup = servers.Setup(MODELS / "r1", 1, SLOTS, 1024)
        # a small heap, or what leaks into it would hide behind garbage that waits for its collection
        pod = servers.pod(setup, pathlib.Path(work), JAVA_TOOL_OPTIONS=f"-Xmx{HEAP_MIB}m")
        try:
            soak, memory, left, free = asyncio.run(run(pod, golden, options))
            pod.check()
        finally:
            pod.close()
    quarter = max(1, len(memory) // 4)
    early, late = statistics.median(memory[-2 * quarter : -quarter]), statistics.median(memory[-quarter:])
    for what, count in sorted(soak.counts.items()):
        print(f"    {count:6} {what}")
    print(f"    memory {early:.0f} MiB in the third quarter, {late:.0f} MiB in the last; at most {max(memory):.0f}")
    print(f"    a second after the last client: {left}")
    for prompt, got in soak.wrong[:20]:
        print(f"    WRONG {prompt!r}\n          {got!r}")
    failures = [f"{len(soak.wrong)} answers were wrong"] if soak.wrong else []
    failures += [] if free else ["slots are still taken"]
    failures += [] if late - early <= GROWTH_MIB else [f"memory grew by {late - early:.0f} MiB, allowed are {GROWTH_MIB}"]
    print("FAILED: " + "; ".join(failures) if failures else "every slot is free, memory is flat, and every answer to others was right")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
