"""How long a pod takes to be ready: see bin/bench startup --help."""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tarfile
import tempfile
import time

import report
import servers
from inference import CACHE, MODELS, ROOT, model_folder

LIMIT_MILLIS = 2000  # without the load of weights
PATIENCE = 120
LOADED = re.compile(r"loaded in (\d+) ms")
# a namespace of its own ends with its process, and the mounts with it
ENTER = 'mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot --userspec="$1" "$0" "${@:2}"'
PAGE = """# Start-up: from the first process to ready

Written by `bin/bench startup`; numbers are also in [startup.json](startup.json).

- Machine: {machine}; commit {commit}. {starts} starts of each row, in turn. Files were read before: their pages are in memory.
- The files, the environment and the entry point are those of the inference pod's image, run without a container runtime. *ready*: from the
  start of its process until `/readyz` says 200, asked every 2 ms. *load*: what the pod's log says that its model took. *start*: the
  difference, for which {limit} ms are allowed. *without cache*: the same with `-XX:AOTMode=off`, which ignores the JDK's ahead-of-time cache.
- Models as in [inference.md](inference.md).

{table}
"""


def unpack(archive, root):
    """The image's files in `root`. Returns its configuration."""
    with tarfile.open(archive) as outer:
        manifest = json.load(outer.extractfile("manifest.json"))[0]
        for layer in manifest["Layers"]:
            with tarfile.open(fileobj=outer.extractfile(layer)) as inner:
                whiteouts = [name for name in inner.getnames() if "/.wh." in f"/{name}"]
                if whiteouts:
                    raise RuntimeError(f"a layer takes {whiteouts[0]} away, which is not provided for")
                inner.extractall(root, filter="fully_trusted")
        return json.load(outer.extractfile(manifest["Config"]))["config"]


class Image:
    def __init__(self, archive, root):
        self.root, self.config = root, unpack(archive, root)
        for folder in ("dev", "proc", "models"):
            (root / folder).mkdir(exist_ok=True)

    def give(self, folder):
        """Makes a revision's files the ones that the pod loads, and reads them once."""
        revision = self.root / "models/r1"
        shutil.rmtree(revision, ignore_errors=True)
        revision.mkdir()
        for file in folder.iterdir():
            shutil.copyfile(file, revision / file.name)

    def start(self, more, log):
        """Milliseconds until it was ready, and those of them that the model took."""
        port = servers.free_port()
        environment = dict(entry.split("=", 1) for entry in self.config["Env"])
        environment |= {
            "ZONEFLEET_MODEL_DIR": "/models",
            "ZONEFLEET_TERMINATION_LOG": "/tmp/termination-log",
            "QUARKUS_HTTP_HOST": "127.0.0.1",
            "QUARKUS_HTTP_PORT": str(port),
        }
        java, *arguments = self.config["Entrypoint"]
        enter = ["unshare", "--mount", "bash", "-c", ENTER, str(self.root), self.config["User"], java, *more, *arguments]
        with log.open("w") as out:
            begin = time.perf_counter()
            process = subprocess.Popen(enter, stdout=out, stderr=out, env=os.environ | environment)
        try:
            await_that(lambda: ready(port), process, log)
            total = 1000 * (time.perf_counter() - begin)
            loaded = await_that(lambda: LOADED.search(log.read_text()), process, log)  # written just after
            return total, int(loaded.group(1))
        finally:
            process.kill()
            process.wait()


def ready(port):
    try:
        return servers.pod_ready(port)
    except OSError:
        return False


def await_that(condition, process, log):
    """What the condition gives once it holds."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the pod does not become ready; its log:\n{log.read_text()[-3000:]}")
        time.sleep(0.002)
    return found


def table(rows):
    lines = [
        "| model | | ready p50, ms | worst | load p50, ms | start p50, ms | worst | at most 2 s |",
        "|---|---|--:|--:|--:|--:|--:|---|",
    ]
    for row in rows:
        numbers = " | ".join(str(row[key]) for key in ("readyP50Millis", "readyMaxMillis", "loadP50Millis", "startP50Millis", "startMaxMillis"))
        met = "yes" if row["startP50Millis"] <= LIMIT_MILLIS else "**no**"
        lines.append(f"| {row['model']} | {'as it is' if row['cache'] else 'without cache'} | {numbers} | {met if row['cache'] else ''} |")
    return "\n".join(lines)


def row(model, cache, starts):
    rest = [total - load for total, load in starts]
    return {
        "model": model,
        "cache": cache,
        "starts": len(starts),
        "readyP50Millis": round(statistics.median(total for total, _ in starts)),
        "readyMaxMillis": round(max(total for total, _ in starts)),
        "loadP50Millis": round(statistics.median(load for _, load in starts)),
        "startP50Millis": round(statistics.median(rest)),
        "startMaxMillis": round(max(rest)),
    }


def main():
    parser = argparse.ArgumentParser(prog="bin/bench startup")
    parser.add_argument("--image", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--model", default="tiny-int8,qwen2-0.5b-int8")
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--print", dest="write", action="store_false")
    options = parser.parse_args()
    for word in options.model.split(","):
        if word not in MODELS["CPU"]:
            parser.error(f"'{word}' is unknown; allowed are {', '.join(MODELS['CPU'])}")
    rows = []
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        image = Image(options.image, pathlib.Path(work) / "root")
        for model in options.model.split(","):
            image.give(model_folder(model))
            starts = {True: [], False: []}
            for _ in range(options.starts):
                for cache, seen in starts.items():
                    seen.append(image.start([] if cache else ["-XX:AOTMode=off"], pathlib.Path(work) / "log"))
            rows += [row(model, cache, seen) for cache, seen in starts.items()]
    if options.write:
        folder = ROOT / "docs/benchmarks"
        head = {"machine": report.machine(), "commit": report.commit()}
        (folder / "startup.json").write_text(json.dumps(head | {"rows": rows}, indent=1) + "\n")
        (folder / "startup.md").write_text(PAGE.format(**head, starts=options.starts, limit=LIMIT_MILLIS, table=table(rows)))
    print(table(rows))


if __name__ == "__main__":
    main()
