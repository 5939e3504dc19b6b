"""Compares inference servers on the same models, threads and machine: see bin/bench inference --help.

Servers of a model all run at once and take turns, so that what else the machine does meets all of them.
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

import report
import servers
from load import Lengths, Load, quantile

ROOT = pathlib.Path(__file__).parents[2]
TINY = ROOT / "examples/models/tiny-r1/r1"
CACHE = pathlib.Path(os.environ["ZONEFLEET_CACHE"]) / "bench"
CLIENTS = (1, 4, 16, 64)
SLOTS = 16
CONTEXT = 1024
OPEN_SHARE = 0.7  # of the requests per second that the best genai mode completed with 16 clients


def model_folder(name):
    """Made once, and kept in the cache under what it was made from."""
    if name == "tiny-int8":
        return TINY
    source = pathlib.Path(__file__).with_name("qwen_shape.py")
    made_from = hashlib.sha256(source.read_bytes() + (TINY / "tokenizer.json").read_bytes()).hexdigest()[:16]
    folder = CACHE / f"{name}-{made_from}"
    if not (folder / "bench.json").exists():
        print(f"    writing {name} with random weights", file=sys.stderr)
        subprocess.run([sys.executable, source, name, TINY, folder], check=True)
    return folder


MODELS = {
    "CPU": ("tiny-int8", "qwen2-0.5b-int8", "qwen2-0.5b-int4"),
    "CUDA": ("qwen2-0.5b-fp16",),
}


def read_per_token(folder):
    """Bytes of weights that a step must read: all but the embedding, of which it reads one row."""
    described = folder / "bench.json"
    if described.exists():
        return json.loads(described.read_text())["readPerToken"]
    config = json.loads((folder / "config.json").read_text())
    return (folder / "model.onnx").stat().st_size - 4 * config["vocab_size"] * config["hidden_size"]


def bandwidth(threads, provider, mebibytes=512):
    """Bytes per second that threads read from memory at best, as STREAM would: the largest of numbers in turn."""
    if provider == "CUDA":
        return device_bandwidth()
    parts = [np.ones(mebibytes * 2**17 // threads, np.int64) for _ in range(threads)]
    best = 0.0
    for _ in range(5):
        readers = [threading.Thread(target=part.max) for part in parts]
        start = time.perf_counter()
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        best = max(best, sum(part.nbytes for part in parts) / (time.perf_counter() - start))
    return best


def device_bandwidth(mebibytes=4096):
    """Of a GPU, as its own copies have it: each byte is read once and written once."""
    import torch  # only where there is a GPU

    source = torch.zeros(mebibytes * 2**20, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    best = 0.0
    for _ in range(5):
        torch.cuda.synchronize()
        start = time.perf_counter()
        target.copy_(source)
        torch.cuda.synchronize()
        best = max(best, 2 * source.nbytes / (time.perf_counter() - start))
    return best


class Cell:
    """One server under one load: what its rounds saw."""

    def __init__(self):
        self.samples, self.cpu, self.rss = [], [], 0.0

    def add(self, sample, before, after, seconds):
        self.samples.append(sample)
        self.cpu.append((after.cpu - before.cpu) / seconds)
        self.rss = max(self.rss, after.rss)

    def rate(self):
        return statistics.median(sample.tokens / sample.seconds for sample in self.samples)

    def requests_per_second(self):
        return sum(s.requests for s in self.samples) / sum(s.seconds for s in self.samples)

    def row(self, server, model, load, limit):
        ttft = [value for sample in self.samples for value in sample.ttft]
        tpot = [value for sample in self.samples for value in sample.tpot]
        busy = min(SLOTS, statistics.mean(sample.in_flight for sample in self.samples))
        rates = [sample.tokens / sample.seconds for sample in self.samples]

        def millis(values, q):
            value = quantile(values, q)
            return None if value is None else round(1000 * value, 2)

        return {
            "server": server,
            "model": model,
            "load": load.name,
            "clients": load.clients,
            "requestsPerSecond": round(load.rate, 3) if load.rate else None,
            "tokensPerSecond": round(self.rate(), 1),
            "tokensPerSecondOfRounds": [round(rate, 2) for rate in rates],
            "tokensPerSecondSpread": round((max(rates) - min(rates)) / self.rate(), 2) if self.rate() else None,
            "ttftP50Millis": millis(ttft, 0.5),
            "ttftP99Millis": millis(ttft, 0.99),
            "tpotP50Millis": millis(tpot, 0.5),
            "tpotP99Millis": millis(tpot, 0.99),
            "requests": sum(sample.requests for sample in self.samples),
            "cpuCores": round(statistics.median(self.cpu), 2),
            "rssMiB": round(self.rss),
            "bandwidthShare": round(self.rate() / (max(1.0, busy) * limit), 3),
        }


def measure(server, load, lengths, seconds, seed, cells):
    before, start = server.cost(), time.perf_counter()
    sample = server.measure(load, lengths, seconds, seed)
    if sample is None:
        return
    cells.setdefault((server.name, load), Cell()).add(sample, before, server.cost(), time.perf_counter() - start)
    note = f"    {server.name:16} {load.name} {load.clients or f'{load.rate:.2f}/s'}: {sample.tokens / sample.seconds:.1f} tokens/s"
    ttft = quantile(sample.ttft, 0.99)
    print(note + (f", first token p99 {1000 * ttft:.0f} ms" if ttft else ""), file=sys.stderr)


def compare(model, names, options, lengths, work):
    """The rows of one model."""
    setup = servers.Setup(model_folder(model), options.threads, SLOTS, CONTEXT, options.provider, options.library)
    read = bandwidth(options.threads, options.provider)
    limit = read / read_per_token(setup.folder)
    print(f"==> {model}: memory reads {read / 2**30:.1f} GiB/s, so at most {limit:.1f} tokens/s a row", file=sys.stderr)
    closed, cells = [Load(clients=n) for n in options.clients], {}
    loads = list(closed)
    for start in range(options.starts):
        turns = range(options.rounds * start // options.starts, options.rounds * (start + 1) // options.starts)
        running = []
        try:
            for name in names:
                running.append(servers.STARTERS[name](setup, work))
            for server in running:  # code that is compiled by now, pages that are read
                server.measure(Load(clients=4), lengths, min(options.seconds, 5), 0)
            rounds(running, closed, turns, options.seconds, lengths, cells)
            if options.open and loads == closed and (best := best_genai(cells)):
                loads.append(Load(rate=OPEN_SHARE * best))
            rounds(running, loads[len(closed) :], turns, options.seconds, lengths, cells)
        finally:
            for server in running:
                server.close()
    run = {"rounds": options.rounds, "seconds": options.seconds, "starts": options.starts}
    run |= {"readGiBPerSecond": round(read / 2**30, 1)}
    return [
        cells[name, load].row(name, model, load, limit) | run for load in loads for name in names if (name, load) in cells
    ]


def best_genai(cells):
    """Requests per second of the better mode with 16 clients; 0 where there is none."""
    return max(
        (cell.requests_per_second() for (name, load), cell in cells.items() if load.clients == 16 and "genai" in name),
        default=0,
    )


def rounds(running, loads, turns, seconds, lengths, cells):
    """Servers take turns under each load; what they did is added to `cells`, by server and load."""
    for turn in turns:
        for load in loads:
            first = turn % len(running)
            for server in running[first:] + running[:first]:
                measure(server, load, lengths, seconds, 1000 + turn, cells)


def facts(options, lengths):
    return {
        "threads": "One thread" if options.threads == 1 else f"{options.threads} threads",
        "lengths": lengths,
        "slots": SLOTS,
        "open_share": OPEN_SHARE,
        "openvino": importlib.metadata.version("openvino"),
    }


def arguments():
    parser = argparse.ArgumentParser(prog="bin/bench inference")
    known = list(servers.STARTERS)
    parser.add_argument("--only", default=",".join(known))
    parser.add_argument("--provider", choices=sorted(MODELS), default="CPU")
    parser.add_argument("--library", default="")
    parser.add_argument("--model")
    parser.add_argument("--clients", default=",".join(map(str, CLIENTS)))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--starts", type=int, default=1)
    parser.add_argument("--threads", type=int, default=max(1, len(os.sched_getaffinity(0)) - 1))
    parser.add_argument("--no-open", dest="open", action="store_false")
    parser.add_argument("--print", dest="write", action="store_false")
    options = parser.parse_args()
    if not 1 <= options.starts <= options.rounds:
        parser.error(f"--starts {options.starts}: allowed are 1 to the number of rounds, which is {options.rounds}")
    models = MODELS[options.provider]
    options.model = options.model or ",".join(models)
    for text, allowed in ((options.only, known), (options.model, models)):
        for word in text.split(","):
            if word not in allowed:
                parser.error(f"'{word}' is unknown; allowed are {', '.join(allowed)}")
    options.only, options.model = options.only.split(","), options.model.split(",")
    options.clients = [int(n) for n in options.clients.split(",")]
    return options


def main():
    options = arguments()
    lengths = Lengths()
    rows = []
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        for model in options.model:
            rows += compare(model, options.only, options, lengths, pathlib.Path(work))
            if options.write:
                report.write(ROOT / "docs/benchmarks", rows, facts(options, lengths))
    print(report.table(rows))


if __name__ == "__main__":
    main()
