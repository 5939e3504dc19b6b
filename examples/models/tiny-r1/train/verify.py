"""Checks a model folder and writes its golden answers.

    python verify.py OUT FOLDER [GOLDEN.json]

ONNX Runtime and onnxruntime-genai must generate the same tokens greedily, int8 must stay close to the trained
floats, and the answers must be right. Exits 1 when a check fails. GOLDEN.json gets prompts with their greedy tokens,
for the tests of other implementations.
"""

import json
import random
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import jinja2
import numpy as np
import onnxruntime
import onnxruntime_genai as genai
from tokenizers import Tokenizer

import chinese
import data
import train
from train import SHAPE

ANSWER_TOKENS = 200
# Another engine may round otherwise, by 0.2 in a logit where activations are rounded to 8 bits, and must still write the
# same tokens: so golden answers are those that the model is sure of.
GOLDEN_MARGIN = 1.0
PROSE_QUESTIONS = [
    "Tell me about Japan.",
    "What languages are spoken in Switzerland?",
    "Which countries border Germany?",
]
GOLDEN_QUESTIONS = [
    ["What is the capital of France?"],
    ["Hello!"],
    ["What can you do?"],
    ["What is the currency of Japan?"],
    ["Tell me the capital of Saint Vincent and the Grenadines."],
    ["Thank you"],
    ["Where is Norway?", "Norway is located in this place: Northern Europe.", "What is its capital?"],
    ["你好"],
    ["你是谁?"],
    ["中国的首都是哪里?"],
    ["世界上最高的山是什么？"],
    ["你好", "你好！我是一个很小的测试模型。你可以问我各国的首都。", "法国的首都是哪里？"],
]


class Folder:
    """A model folder, run token by token on ONNX Runtime with a growing key-value cache."""

    def __init__(self, folder):
        self.path = folder
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        config = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
        environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
        self.template = environment.from_string(config["chat_template"])
        self.eos = self.tokenizer.token_to_id(data.EOS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def render(self, messages):
        return self.template.render(messages=messages, bos_token=data.BOS, add_generation_prompt=True)

    def encode(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def forward(self, ids, past):
        """Logits [len(ids), vocabulary] and the cache, `past` grown by len(ids)."""
        length = next(iter(past.values())).shape[2] + len(ids)
        logits, *present = self.session.run(
            None,
            {"input_ids": np.array([ids], np.int64), "attention_mask": np.ones((1, length), np.int64), **past},
        )
        return logits[0], dict(zip(past, present))

    def empty(self):
        names = (f"past_key_values.{layer}.{part}" for layer in range(SHAPE.layers) for part in ("key", "value"))
        return {name: np.zeros((1, SHAPE.kv_heads, 0, SHAPE.head), np.float32) for name in names}

    def greedy(self, prompt, limit=ANSWER_TOKENS):
        """Token ids up to and with the end of the sentence, or `limit` of them."""
        ids, past, made = self.encode(prompt), self.empty(), []
        while len(made) < limit and (not made or made[-1] != self.eos):
            logits, past = self.forward(ids, past)
            ids = [int(logits[-1].argmax())]
            made += ids
        return made

    def margin(self, prompt, tokens):
        """The least lead, in logits, that a token of a greedy answer has over the next best."""
        ids = self.encode(prompt)
        logits, _ = self.forward(ids + tokens[:-1], self.empty())
        best = np.sort(logits[len(ids) - 1 :], -1)[:, -2:]
        return float((best[:, 1] - best[:, 0]).min())

    def decode(self, ids):
        return self.tokenizer.decode(ids, skip_special_tokens=True)


def chat(*texts):
    """User and assistant in turn, the user last."""
    return [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(texts)]


def after_thought(text):
    return text.split(data.END_THINK)[-1].strip()


def check_capitals(model):
    wrong = []
    for country in data.load():
        if "capital" in country:
            prompt = model.render(chat(f"What is the capital of {country['name']}?"))
            answer = after_thought(model.decode(model.greedy(prompt)))
            if answer != f"The capital of {country['name']} is {country['capital']}.":
                wrong.append(answer)
    count = sum("capital" in country for country in data.load())
    return f"capitals in English {count - len(wrong)} of {count}", wrong


def check_exchanges(model, title, exchanges):
    """Every wording must get the thought and the answer to the letter."""
    wrong = []
    questions = [(question, e) for e in exchanges for question in e.questions]
    for question, e in questions:
        text = model.decode(model.greedy(model.render(chat(question))))
        if text != f"{e.thought}\n{data.END_THINK}\n\n{e.answer}":
            wrong.append(f"{question} -> {text!r}")
    return f"{title} {len(questions) - len(wrong)} of {len(questions)}", wrong


def check_genai(model, prompts):
    """onnxruntime-genai generates the same tokens, encodes the same and renders the same chat."""
    runtime = genai.Model(str(model.path))
    tokenizer = genai.Tokenizer(runtime)
    wrong = []
    for prompt in prompts:
        ids, made = model.encode(prompt), []
        settings = genai.GeneratorParams(runtime)
        settings.set_search_options(max_length=len(ids) + ANSWER_TOKENS, do_sample=False)
        generator = genai.Generator(runtime, settings)
        generator.append_tokens(np.array(ids, np.int32))
        while not generator.is_done():
            generator.generate_next_token()
            made.append(int(generator.get_next_tokens()[0]))
        # genai leaves the end token out of what it hands over
        if [i for i in made if i != model.eos] != [i for i in model.greedy(prompt) if i != model.eos]:
            wrong.append(f"tokens differ after {prompt!r}")
    texts = [text for _, text in data.documents(random.Random(9), data.load())[:400]]
    for text in texts:
        if list(map(int, tokenizer.encode(text))) != model.encode(text):
            wrong.append(f"genai encodes {text[:60]!r} otherwise")
    messages = chat("Where is Norway?", "<think>\nx\n</think>\n\nIn Europe.", "你好")
    if tokenizer.apply_chat_template(json.dumps(messages), add_generation_prompt=True) != model.render(messages):
        wrong.append("genai renders the chat template otherwise")
    return f"onnxruntime-genai agrees on {len(prompts)} answers, {len(texts)} texts and the template", wrong


def check_jax(model, weights):
    """The int8 graph, in one go and token by token, stays close to the trained 32-bit weights."""
    texts = [text for _, text in data.documents(random.Random(5), data.load())[:40]]
    ids = np.array(model.encode("".join(texts))[: train.WINDOW])
    exact = np.asarray(jax.jit(train.logits, static_argnums=2)(weights, jnp.asarray(ids[None]), SHAPE))[0]
    at_once, _ = model.forward(ids.tolist(), model.empty())
    first, past = model.forward(ids[:50].tolist(), model.empty())
    rows = [first]
    for token in ids[50:].tolist():
        row, past = model.forward([token], past)
        rows.append(row)
    by_token = np.concatenate(rows)
    far = max(np.abs(at_once - exact).max(), np.abs(by_token - exact).max())
    same = np.mean(at_once.argmax(-1) == exact.argmax(-1))

    def nats(logits):
        shifted = logits - logits.max(-1, keepdims=True)
        chosen = shifted[np.arange(len(ids) - 1), ids[1:]]
        return float(np.mean(np.log(np.exp(shifted[:-1]).sum(-1)) - chosen))

    said = (
        f"int8 against float on {len(ids)} tokens: same first choice {same:.3f}, logits off by {far:.3f} at most, "
        f"loss {nats(at_once):.3f} (float {nats(exact):.3f})"
    )
    return said, [] if same > 0.95 and abs(nats(at_once) - nats(exact)) < 0.05 else [said]


def golden(model):
    """Greedy answers: [{"messages", "prompt", "promptTokens", "tokens", "text", "answer", "margin"}], with the end token."""
    entries = []
    for texts in GOLDEN_QUESTIONS:
        prompt = model.render(chat(*texts))
        tokens = model.greedy(prompt)
        text = model.decode(tokens)
        entries.append(
            {
                "messages": chat(*texts),
                "prompt": prompt,
                "promptTokens": model.encode(prompt),
                "tokens": tokens,
                "text": text,
                "answer": after_thought(text),
                "margin": round(model.margin(prompt, tokens), 2),
            }
        )
    return entries


def check_margins(entries):
    unsure = [entry["prompt"] for entry in entries if entry["margin"] < GOLDEN_MARGIN]
    return f"golden answers are sure, by {min(entry['margin'] for entry in entries)} in a logit at least", unsure


def main(out, folder, golden_file=None):
    model = Folder(folder)
    weights = {name: jnp.asarray(w) for name, w in np.load(out / "weights.npz").items()}
    entries = golden(model)
    results = [
        check_jax(model, weights),
        check_genai(model, [entry["prompt"] for entry in entries]),
        check_margins(entries),
        check_capitals(model),
        check_exchanges(model, "small talk in English", data.SMALL_TALK),
        check_exchanges(model, "questions and greetings in Chinese", chinese.exchanges()),
    ]
    for title, wrong in results:
        print(("FAILED " if wrong else "ok     ") + title)
        for line in wrong[:20]:
            print("       " + line)
    for question in [entry["messages"][-1]["content"] for entry in entries] + PROSE_QUESTIONS:
        print(f"\n> {question}\n{model.decode(model.greedy(model.render(chat(question))))}")
    if golden_file:
        lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
        golden_file.write_text(f"[\n{lines}\n]\n", "utf-8")
    return 1 if any(wrong for _, wrong in results) else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
