"""docs/benchmarks/inference.{json,md}, both written from the rows."""

import json
import math
import os
import platform
import statistics
import subprocess

COLUMNS = (
    ("server", "server", ""),
    ("load", "load", ""),
    ("rounds", "rounds", ""),
    ("tokens/s", "tokensPerSecond", ".1f"),
    ("±", "tokensPerSecondSpread", ".0%"),
    ("first token p50, ms", "ttftP50Millis", ".0f"),
    ("p99", "ttftP99Millis", ".0f"),
    ("per token p50, ms", "tpotP50Millis", ".1f"),
    ("p99", "tpotP99Millis", ".1f"),
    ("answers", "requests", "d"),
    ("CPU, cores", "cpuCores", ".2f"),
    ("memory, MiB", "rssMiB", "d"),
    ("of bandwidth", "bandwidthShare", ".1%"),
)
MEASURED = (
    "inference-pod/src/main",
    "inference-pod/pom.xml",
    "inference-pod/bench",
    ":!inference-pod/bench/report*.py",
    "images/inference-pod.options",
    "bin/lib/peers.sh",
    "bin/lib/java.sh",
    "pom.xml",
    "examples/models",
)
PAGE = """# Inference: Zonefleet's pod beside onnxruntime-genai

Written by `bin/bench inference`; figures compare servers of one model and load, which ran in turn on one machine, and not machines.
Numbers are also in [inference.json](inference.json).

- Commit {commit}. {threads} for each server; the load generator and HTTP have what is left.
- Every server of a model runs all the time and they take turns in rounds, each after a warm-up that lasts until each client has had an
  answer (at most half as long). Tokens/s are the median of rounds and ± is their spread (greatest less least, of the median); times are of
  all rounds together. With few answers, p99 is the slowest one. Rows of one model, load and kind of rounds are of one run. Where rounds say so,
  all servers were started anew several times: what a process gets from its start, as where its memory lies, is worth some per cent.
- What is said below of tokens/s is the median over the rounds of one server's share of the other's in the same round: all servers of a round have
  the same lengths, and within the same minutes, while rounds differ by more than servers do.
- HTTP costs a few per cent, and windows differ by more: each line below is of the run with the most rounds that had its servers, which may be one
  of many short windows of two servers alone.
- Prompts have a log-normal length of median {lengths.prompt_median} tokens, answers of {lengths.output_median}, sigma {lengths.sigma} of both, cut off at {lengths.least} and {lengths.most}. Prompts are random words, so that no
  prefix is ever shared. Greedy; no token ends an answer.
- `zonefleet` is the pod as its image starts it, {slots} slots, text in and out over HTTP, server-sent events. `ort-loop` is its decoder in a bare
  loop without queue, text or HTTP: the limit. `genai-generator` and `genai-engine` are onnxruntime-genai 0.18 with ONNX Runtime 1.32 behind a
  single-threaded Python server that takes and gives token numbers. Its Generator gets up to {slots} waiting requests as one batch, which on the 0.5B
  models takes over a minute: a window must hold more than one of them, for at the end of each most rows are idle. Its
  Engine batches by itself (on the CPU at most 4, and a batch ends before the next begins). `openvino` is OpenVINO {openvino} behind the same
  Python server, one request at a time: openvino-genai's continuous batching does not take this graph.
- `closed 16`: 16 clients that ask again as soon as they have their answer. `open`: Poisson arrivals at {open_share:.0%} of the requests per second
  that the better genai mode completed with 16 clients.
- *Of bandwidth*: tokens/s as a share of what reading all weights once for each step would allow at the bandwidth that was measured in the same
  run, for as many rows as were under way.
- Models: `tiny-int8` is `examples/models/tiny-r1`; the others have Qwen2-0.5B's shape and random weights. Blocks of 32, activations
  of 8 bits.

## What it must show

{goals}
{tables}
"""


def machine():
    """Cores, memory and CPU; no name and no path."""
    with open("/proc/cpuinfo") as info:
        cpu = next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    with open("/proc/meminfo") as info:
        memory = int(info.readline().split()[1]) / 2**20
    return f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, {cpu}, {platform.machine()}"


def git(*command, check=True):
    return subprocess.run(["git", *command, "--", *MEASURED], capture_output=True, text=True, check=check)


def commit():
    """Of what is measured: a commit of documentation changes no figure."""
    made, dirty = git("log", "-1", "--format=%h").stdout.strip(), git("status", "--porcelain").stdout
    return made + ("-dirty" if dirty else "")


def unchanged_since(earlier_commit):
    """Whether it measured what would be measured now; of a commit that is not here, or had changes beside it, nobody knows."""
    return git("diff", "--quiet", earlier_commit, check=False).returncode == 0


def load_of(row):
    return f"closed {row['clients']}" if row["clients"] else f"open {row['requestsPerSecond']:.2f}/s"


def cell(row, key, form):
    if key == "load":
        return load_of(row)
    if key == "rounds":
        starts = f", {row['starts']} starts" if row["starts"] > 1 else ""
        return f"{row['rounds']} of {row['seconds']:g} s{starts}"
    return "–" if row[key] is None else format(row[key], form)


def table(rows):
    lines = [
        "| " + " | ".join(title for title, _, _ in COLUMNS) + " |",
        "|" + "".join("---|" if not form else "---:|" for _, _, form in COLUMNS),
    ]
    lines += ["| " + " | ".join(cell(row, key, form) for _, key, form in COLUMNS) + " |" for row in rows]
    return "\n".join(lines)


def runs(rows):
    """Rows by server, of each run that compared servers under one load: the runs of a load differ in their windows."""
    found = {}
    for row in rows:
        run = row["model"], row["clients"], row["rounds"], row["seconds"]
        found.setdefault(run, {})[row["server"]] = row
    return found


def compared(rows, model, clients, server, key):
    """The pod's row and those of servers whose names begin so, in the run with the most rounds where they have `key`; else None.

    A server that wrote nothing is none to be compared with."""
    found = []
    for (*load, rounds, _), run in runs(rows).items():
        if load == [model, clients] and "zonefleet" in run:
            own, others = run["zonefleet"], [row for name, row in run.items() if name.startswith(server) and row[key]]
            if own[key] is not None and others:
                found.append((rounds, (own, others)))
    return max(found, default=(0, None), key=lambda one: one[0])[1]


def share(own, others):
    """The pod's tokens per second as a share of the better server's: of each, the median over the rounds of the share in that round."""

    def of(other):
        pairs = zip(own["tokensPerSecondOfRounds"], other["tokensPerSecondOfRounds"], strict=True)
        return statistics.median(a / b if b else math.inf for a, b in pairs)

    return min(map(of, others))


def goals(rows):
    """One line for each goal and model that was measured."""
    lines = ["| goal | model | measured | |", "|---|---|---:|---|"]

    def line(goal, model, value, met, stated=False):
        verdict = "stated only" if stated else "yes" if met else "**no**"
        lines.append(f"| {goal} | {model} | {value} | {verdict} |")

    for model in dict.fromkeys(row["model"] for row in rows):
        for clients, goal in ((1, 1.0), (16, 2.0)):
            if found := compared(rows, model, clients, "genai", "tokensPerSecond"):
                ratio = share(*found)
                text = f"{clients} client{'s'[: clients - 1]}: at least {goal:g} × genai's better mode"
                line(text, model, f"{ratio:.3f} ×", ratio >= goal)
        if found := compared(rows, model, 0, "genai", "ttftP99Millis"):
            own, peers = found
            ratio = own["ttftP99Millis"] / min(peer["ttftP99Millis"] for peer in peers)
            line("open load: first token p99 at most 1/5 of genai's better mode", model, f"1/{1 / ratio:.1f}", ratio <= 0.2)
        for clients in (1, 16):
            if found := compared(rows, model, clients, "ort-loop", "tokensPerSecond"):
                cost = 1 - share(*found)
                text = f"HTTP costs at most 3 % of the bare loop, {clients} client{'s'[: clients - 1]}"
                line(text, model, f"{cost:.1%}", cost <= 0.03, stated="qwen" not in model)
    return "\n".join(lines)


def earlier(file, measured):
    """Rows that the same code had, less those of runs whose servers were all measured anew under their load, in as many rounds or more."""
    if not file.exists():
        return []
    document = json.loads(file.read_text())
    if not unchanged_since(document["commit"]):
        return []
    anew = runs(measured)

    def superseded(run, servers):
        (*load, rounds, _) = run
        again = [by_server for (*other, most, _), by_server in anew.items() if other == load and most >= rounds]
        return run in anew or any(servers.keys() <= by_server.keys() for by_server in again)

    kept = {run: servers for run, servers in runs(document["rows"]).items() if not superseded(run, servers)}
    return [row for servers in kept.values() for row in servers.values()]


def machines(rows):
    return list(dict.fromkeys(row["machine"] for row in rows))


def where(rows):
    """A line for each machine: what ran there, and how fast it read its memory."""
    lines = []
    for one in machines(rows):
        there = [row for row in rows if row["machine"] == one]
        loads = ", ".join(dict.fromkeys(load_of(row) for row in there))
        read = " and ".join(dict.fromkeys(str(row["readGiBPerSecond"]) for row in there))
        lines.append(f"- {loads}: {one}; memory read {read} GiB/s.")
    return "\n".join(lines)


def write(folder, measured, facts):
    """`measured` here and now; `facts` fill the page's blanks."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "inference.json"
    rows = earlier(file, measured) + [{**row, "machine": machine()} for row in measured]
    rows.sort(key=lambda row: ("tiny" not in row["model"], "int4" in row["model"], row["clients"] or math.inf, row["rounds"]))
    head = json.dumps({"machine": "; ".join(machines(rows)), "commit": commit()}, indent=1)
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    file.write_text(f'{head[:-2]},\n "rows": [\n  {lines}\n ]\n}}\n')
    tables = ""
    for model in dict.fromkeys(row["model"] for row in rows):
        of_model = [row for row in rows if row["model"] == model]
        tables += f"\n## {model}\n\n{where(of_model)}\n\n{table(of_model)}\n"
    page = PAGE.format(
        commit=commit(),
        goals=goals(rows),
        tables=tables,
        **facts,
    )
    (folder / "inference.md").write_text(page)
