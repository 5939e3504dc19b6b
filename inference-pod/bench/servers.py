"""The processes that are compared. Each is started on a free port of the loopback interface and says what it costs."""

import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import time
from typing import NamedTuple

import load

HERE = pathlib.Path(__file__).parent
START_SECONDS = 120
JAVA = [os.path.join(os.environ.get("JAVA_HOME", "/usr"), "bin/java"), f"@{HERE.parents[1]}/images/inference-pod.options"]


class Setup(NamedTuple):
    """What all servers of a run have in common. `folder` holds a revision's files, `library` names an ONNX Runtime other than the pod's own."""

    folder: pathlib.Path
    threads: int
    slots: int
    context: int
    provider: str = "CPU"
    library: str = ""


class Cost(NamedTuple):
    """Seconds of CPU used so far, and resident memory in MiB."""

    cpu: float
    rss: float


class Server:
    """A process with an HTTP server, or with one of its own kind of driving."""

    def __init__(self, name, process, log):
        self.name, self.process, self.log = name, process, log
        try:
            self.wait()
        except BaseException:
            self.close()
            raise

    def wait(self):
        """Until it can be measured."""

    def cost(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        pages = int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return Cost(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 2**20)

    def check(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended; its log:\n{self.log.read_text()[-3000:]}")

    def close(self):
        self.process.kill()
        self.process.wait()


class HttpServer(Server):
    """body(prompt, output, rng) is a request's JSON for this server."""

    def __init__(self, name, process, log, port, body):
        self.port, self.body = port, body
        super().__init__(name, process, log)

    def wait(self):
        """Until a request is answered."""
        end = time.monotonic() + START_SECONDS
        while True:
            self.check()
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    if self.ready():
                        return
            except OSError:
                pass
            if time.monotonic() > end:
                raise RuntimeError(f"{self.name} does not answer; its log:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.1)

    def ready(self):
        return True

    def measure(self, workload, lengths, seconds, seed):
        self.check()
        try:
            return load.drive(self.port, self.body, workload, lengths, seconds, seed)
        except (OSError, RuntimeError) as problem:
            raise RuntimeError(f"{self.name}: {problem}; its log:\n{self.log.read_text()[-3000:]}") from problem


class Pod(HttpServer):
    def ready(self):
        return pod_ready(self.port)


class BareLoop(Server):
    """No HTTP: told by lines on its standard input what to do."""

    def wait(self):
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{self.name} did not start; its log:\n{self.log.read_text()[-3000:]}")

    def measure(self, workload, lengths, seconds, seed):
        if not workload.clients:
            return None
        rng = random.Random(seed)
        lines = "".join(f"{p} {o}\n" for p, o in (lengths.draw(rng) for _ in range(2000)))
        self.process.stdin.write(f"{workload.clients} {seconds}\n{lines}\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        return load.Sample(
            said["seconds"], said["tokens"], said["requests"], workload.clients, said["ttft"], said["tpot"]
        )


def pod_ready(port):
    """Whether a pod says that it is ready; OSError where nobody answers."""
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        sock.sendall(b"GET /readyz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")
        return sock.makefile("rb").readline().split()[1:2] == [b"200"]


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def launch(name, command, work, environment=None, **pipes):
    log = work / f"{name}.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=pipes.pop("stdout", out),
            stderr=out,
            env={**os.environ, **(environment or {})},
            **pipes,
        )
    return process, log


def words(folder):
    """Tokens that are one word with a space before it: a text of n of them has n tokens."""
    vocabulary = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    found = {t[1:]: i for t, i in vocabulary.items() if t[0] == "Ġ" and t[1:].isascii() and t[1:].isalpha()}
    return sorted(found.items())


def pod(setup, work, name="zonefleet", model="bench", **settings):
    """Our server, started as its image starts it. `settings` are environment variables."""
    port = free_port()
    models = work / f"models-{name}"
    revision = models / "r1"
    shutil.rmtree(models, ignore_errors=True)
    revision.mkdir(parents=True)
    for file in setup.folder.iterdir():
        os.link(file, revision / file.name)
    environment = {
        "ZONEFLEET_MODEL_DIR": models,
        "ZONEFLEET_MODEL_NAME": model,
        "ZONEFLEET_PROVIDER": setup.provider,
        "ZONEFLEET_ORT_LIBRARY": setup.library,
        "ZONEFLEET_MAX_CONCURRENCY": setup.slots,
        "ZONEFLEET_QUEUE_CAPACITY": 4096,
        "ZONEFLEET_QUEUE_TIMEOUT": "600s",
        "ZONEFLEET_CONTEXT_TOKENS": setup.context,
        "ZONEFLEET_ORT_THREADS": setup.threads,
        "ZONEFLEET_TERMINATION_LOG": work / "termination",
        "MALLOC_ARENA_MAX": 2,
        "QUARKUS_HTTP_HOST": "127.0.0.1",
        "QUARKUS_HTTP_PORT": port,
        **settings,
    }
    process, log = launch(
        name,
        [*JAVA, "-jar", os.environ["ZONEFLEET_POD_JAR"]],
        work,
        {key: str(value) for key, value in environment.items()},
    )
    names = [word for word, _ in words(setup.folder)]

    def body(prompt, output, rng):
        text = "".join(" " + rng.choice(names) for _ in range(prompt))
        return {
            "model": model,
            "prompt": text,
            "max_tokens": output,
            "temperature": 0,
            "ignore_eos": True,
            "stream": True,
        }

    return Pod(name, process, log, port, body)


def thin(name, script, arguments, setup, work):
    """A peer that takes and gives token numbers; arguments(port) are those of its script."""
    port = free_port()
    process, log = launch(name, [sys.executable, HERE / script, *arguments(port)], work)
    tokens = [token for _, token in words(setup.folder)]

    def body(prompt, output, rng):
        return {"prompt": [rng.choice(tokens) for _ in range(prompt)], "max_tokens": output}

    return HttpServer(name, process, log, port, body)


def genai(mode, setup, work):
    def arguments(port):
        return [mode, setup.provider, setup.folder, port, setup.threads, setup.slots]

    return thin(f"genai-{mode}", "genai_server.py", arguments, setup, work)


def openvino(setup, work):
    return thin("openvino", "openvino_server.py", lambda port: [setup.folder, port, setup.threads], setup, work)


def bare_loop(setup, work):
    main = "io.zonefleet.inference.bench.BareLoop"
    command = [*JAVA, main, setup.folder / "model.onnx", setup.threads, setup.slots, setup.context]
    # not on the command line: ONNX Runtime 1.29 reads that through a recursive regex, and one of 20,000 characters overflows its stack
    environment = {
        "CLASSPATH": os.environ["ZONEFLEET_TEST_CLASSPATH"],
        "ZONEFLEET_PROVIDER": setup.provider,
        "ZONEFLEET_ORT_LIBRARY": str(setup.library),
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    process, log = launch("ort-loop", command, work, environment, **pipes)
    return BareLoop("ort-loop", process, log)


STARTERS = {
    "zonefleet": pod,
    "ort-loop": bare_loop,
    "genai-generator": lambda setup, work: genai("generator", setup, work),
    "genai-engine": lambda setup, work: genai("engine", setup, work),
    "openvino": openvino,
}
