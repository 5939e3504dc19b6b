"""Compares greedy answers of the pod, token for token, with those of a plain loop: see bin/bench equality --help."""

import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime
import onnxruntime_genai

import servers

ROOT = pathlib.Path(__file__).parents[2]
TINY = ROOT / "examples/models/tiny-r1/r1"
COUNTRIES = ROOT / "examples/models/tiny-r1/train/corpus/countries.jsonl"
SEED = 11
QUESTIONS = (
    "What is the capital of {}?",
    "Tell me about {}.",
    "Where is {}?",
    "What languages are spoken in {}?",
    "Which countries border {}?",
    "What is the currency of {}?",
    "How many people live in {}?",
)
SYSTEM = "You are a geographer who answers questions of school children about the countries of this world."


def conversations(count):
    """Lists of messages. A third has a system prompt and a third an earlier turn, so that many begin alike."""
    rng = random.Random(SEED)
    names = [json.loads(line)["name"] for line in COUNTRIES.open(encoding="utf-8")]

    def ask():
        return {"role": "user", "content": rng.choice(QUESTIONS).format(rng.choice(names))}

    made = []
    for i in range(count):
        messages = [ask()]
        if i % 3 == 1:
            messages.insert(0, {"role": "system", "content": SYSTEM})
        if i % 3 == 2:
            said = f"{rng.choice(names[:12])} is a country. {SYSTEM}"
            messages[:0] = [{"role": "user", "content": "Hello!"}, {"role": "assistant", "content": said}]
        made.append(messages)
    return made


def rendered(messages):
    """As the tiny model's chat template does it, written out so that the pod's rendering is checked too."""
    text = "<｜begin▁of▁sentence｜>"
    for message in messages:
        if message["role"] == "system":
            text += message["content"]
        if message["role"] == "user":
            text += "<｜User｜>" + message["content"]
        if message["role"] == "assistant":
            text += "<｜Assistant｜>" + message["content"] + "<｜end▁of▁sentence｜>"
    return text + "<｜Assistant｜><think>\n"


class Genai:
    """onnxruntime-genai's Generator, one prompt at a time."""

    name = "onnxruntime-genai"

    def __init__(self, folder):
        config = onnxruntime_genai.Config(str(folder))
        config.overlay('{"model": {"decoder": {"session_options": {"intra_op_num_threads": 1}}}}')
        self.model = onnxruntime_genai.Model(config)

    def answer(self, prompt, tokens, end):
        params = onnxruntime_genai.GeneratorParams(self.model)
        params.set_search_options(max_length=len(prompt) + tokens, do_sample=False)
        generator = onnxruntime_genai.Generator(self.model, params)
        generator.append_tokens(np.array(prompt, np.int32))
        made = []
        while not generator.is_done() and len(made) < tokens:
            generator.generate_next_token()
            made.append(int(generator.get_next_tokens()[0]))
        return made[: made.index(end)] if end in made else made


class PlainLoop:
    """ONNX Runtime on a graph whose cache grows: the prompt in one run, then one token a run, batch 1."""

    name = "a plain ONNX Runtime loop"

    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
        self.inputs = {entry.name: entry.shape for entry in self.session.get_inputs()}

    def empty(self):
        shapes = {name: shape for name, shape in self.inputs.items() if name.startswith("past")}
        return {name: np.zeros((1, shape[1], 0, shape[3]), np.float32) for name, shape in shapes.items()}

    def run(self, ids, held, past):
        feeds = {"input_ids": np.array([ids], np.int64), "attention_mask": np.ones((1, held + len(ids)), np.int64), **past}
        if "position_ids" in self.inputs:
            feeds["position_ids"] = np.arange(held, held + len(ids))[None]
        logits, *present = self.session.run(None, feeds)
        return logits[0, -1], dict(zip(past, present))

    def answer(self, prompt, tokens, end):
        ids, held, past, made = prompt, 0, self.empty(), []
        while len(made) < tokens:
            logits, past = self.run(ids, held, past)
            held += len(ids)
            ids = [int(logits.argmax())]
            if ids[0] == end:
                break
            made += ids
        return made

    def margin(self, tokens):
        """By how much the likeliest next token leads, in logits."""
        logits, _ = self.run(tokens, 0, self.empty())
        second, first = np.sort(logits)[-2:]
        return float(first - second)


def spellings(folder):
    """Bytes of each token, which is how the pod tells tokens."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in printable]
    table = {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(rest)}
    content = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    spelled = {i: bytes(table[c] for c in text) for text, i in content["model"]["vocab"].items()
               if all(c in table for c in text)}  # fmt: skip
    spelled |= {token["id"]: token["content"].encode() for token in content["added_tokens"]}
    by_bytes = {text: i for i, text in spelled.items()}
    if len(by_bytes) != len(spelled):
        raise RuntimeError("two tokens are spelled alike")
    return by_bytes


def ask(port, messages, tokens, by_bytes):
    """The prompt's length in tokens, how many of them were reused, and the answer's tokens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    body = {"model": "bench", "messages": messages, "max_tokens": tokens, "temperature": 0, "logprobs": True}
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"the pod answered {response.status}: {answer}")
    told = answer["choices"][0]["logprobs"]
    made = [by_bytes[bytes(entry["bytes"])] for entry in (told or {"content": []})["content"]]
    usage = answer["usage"]
    return usage["prompt_tokens"], usage["prompt_tokens_details"]["cached_tokens"], made


def compare(folder, oracle, options, work, library):
    """Every way the pod can be set up, against one oracle. Returns the number of mismatches."""
    tokenizer = onnxruntime_genai.Tokenizer(onnxruntime_genai.Model(str(TINY)))
    end = json.loads((folder / "config.json").read_text())["eos_token_id"]
    asked = conversations(options.prompts)
    prompts = [[int(t) for t in tokenizer.encode(rendered(messages))] for messages in asked]
    expected = [oracle.answer(prompt, options.tokens, end) for prompt in prompts]
    print(f"==> {folder.name}: {oracle.name} wrote {sum(map(len, expected))} tokens", flush=True)
    wrong = 0
    for slots, together in ((1, 1), (16, 32)):
        for cache in (False, True):
            pod = servers.pod(
                servers.Setup(folder, 1, slots, 1024, options.provider, library),
                work,
                ZONEFLEET_PREFIX_CACHE_ENABLED=str(cache).lower(),
                ZONEFLEET_PREFIX_CACHE_SPARE_SLOTS=16 if cache else 0,
            )
            try:
                with concurrent.futures.ThreadPoolExecutor(together) as threads:
                    by_bytes = spellings(folder)
                    got = list(threads.map(lambda m: ask(pod.port, m, options.tokens, by_bytes), asked))
            finally:
                pod.close()
            wrong += tell(slots, cache, asked, prompts, expected, got, oracle)
    return wrong


def tell(slots, cache, asked, prompts, expected, got, oracle):
    wrong = [i for i in range(len(asked)) if got[i][0] != len(prompts[i]) or got[i][2] != expected[i]]
    reused = sum(cached for _, cached, _ in got) / sum(map(len, prompts))
    way = ("alone" if slots == 1 else f"in full batches of {slots}") + (", prefix cache" if cache else "")
    print(f"    {way}: {len(asked) - len(wrong)} of {len(asked)} equal, {reused:.0%} of prompt tokens reused", flush=True)
    for i in wrong[:10]:
        at = next((k for k, (a, b) in enumerate(zip(expected[i], got[i][2])) if a != b), min(len(expected[i]), len(got[i][2])))
        lead = f", where the oracle's token leads by {oracle.margin(prompts[i] + expected[i][:at]):.2g}" if hasattr(oracle, "margin") else ""
        print(f"      differs at token {at}{lead}: {rendered(asked[i])!r}\n        {expected[i][at : at + 8]} expected\n        {got[i][2][at : at + 8]}")
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(prog="bin/bench equality")
    parser.add_argument("--prompts", type=int, default=1000)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--only", choices=("in-place", "concatenated"))
    parser.add_argument("--own-library", action="store_true")
    parser.add_argument("--provider", choices=("CPU", "CUDA"), default="CPU")
    options = parser.parse_args()
    capi = pathlib.Path(onnxruntime.__file__).parent / "capi"
    library = "" if options.own_library else next(capi.glob("libonnxruntime.so.*"))
    cache = pathlib.Path(os.environ["ZONEFLEET_CACHE"]) / "bench"
    wrong = 0
    with tempfile.TemporaryDirectory(dir=cache) as work:
        work = pathlib.Path(work)
        if options.only != "concatenated":
            wrong += compare(TINY, Genai(TINY), options, work, library)
        if options.only != "in-place":
            folder = work / "deepseek-v3-shaped"
            command = [*servers.JAVA, "io.zonefleet.inference.onnx.MlaFolder", TINY.parent, folder]
            environment = {**os.environ, "CLASSPATH": os.environ["ZONEFLEET_TEST_CLASSPATH"]}
            subprocess.run(command, check=True, env=environment)
            wrong += compare(folder, PlainLoop(folder), options, work, library)
    print(f"{wrong} answers differ" if wrong else "all answers are equal, token for token")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
