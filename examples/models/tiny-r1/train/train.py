"""Trains a decoder of Qwen2's architecture with JAX on the CPU.

    python train.py OUT [--steps 3000] [--minutes 55] [--resume OUT/weights-200.npz]

reads OUT/tokenizer.json and writes OUT/weights.npz, and OUT/weights-N.npz every 200 steps. Training ends at the
step or the minute that comes first; the learning rate falls to nearly zero toward whichever is nearer, so a slow
machine ends well too (but then two runs differ).
"""

import argparse
import os
import random
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
from tokenizers import Tokenizer

import data


class Shape(NamedTuple):
    """Of the model; hashable, so that it can be a static argument of a compiled function."""

    vocabulary: int = 2048
    hidden: int = 192
    layers: int = 4
    heads: int = 6
    kv_heads: int = 2
    head: int = 32
    feed_forward: int = 512
    epsilon: float = 1e-6
    rope_theta: float = 10000.0


SHAPE = Shape()
WINDOW = 256
BATCH = 8
WARM_UP_STEPS = 40
PEAK_RATE = 0.005
COOL_DOWN = 0.8  # part of the run in which the learning rate falls
CHECKPOINT_STEPS = 200
LAYER_WEIGHTS = ("norm1", "norm2", "qkv", "qkv_bias", "out", "gate", "up", "down")
MUON_WEIGHTS = ("qkv", "out", "gate", "up", "down")


def initial(shape, seed=0):
    """Weights by name; those of the layers are stacked along the first axis. The output head is untied."""
    rng = np.random.default_rng(seed)

    def normal(scale, *size):
        return (scale * rng.standard_normal(size)).astype(np.float32)

    def ones(*size):
        return np.ones(size, np.float32)

    width, layers, inner = shape.hidden, shape.layers, shape.feed_forward
    queries, keys = shape.heads * shape.head, shape.kv_heads * shape.head
    scale, residual = width**-0.5, (2 * layers) ** -0.5
    return {
        "embedding": normal(0.02, shape.vocabulary, width),
        "lm_head": normal(0.02, width, shape.vocabulary),
        "norm": ones(width),
        "norm1": ones(layers, width),
        "norm2": ones(layers, width),
        "qkv": normal(scale, layers, width, queries + 2 * keys),
        "qkv_bias": np.zeros((layers, queries + 2 * keys), np.float32),
        "out": normal(scale * residual, layers, queries, width),
        "gate": normal(scale, layers, width, inner),
        "up": normal(scale, layers, width, inner),
        "down": normal(inner**-0.5 * residual, layers, inner, width),
    }


def rms_norm(x, gain, epsilon):
    return x * jax.lax.rsqrt(jnp.mean(x * x, -1, keepdims=True) + epsilon) * gain


def rope_tables(shape, positions):
    """cos and sin, each [positions, head / 2]."""
    half = shape.head // 2
    angles = np.outer(np.arange(positions), shape.rope_theta ** (-np.arange(half) / half))
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def rotate(x, cos, sin):
    """Rotary embedding of x [batch, time, heads, head], halves rotated as in Qwen2 (not interleaved)."""
    a, b = jnp.split(x, 2, -1)
    cos, sin = cos[:, None, :], sin[:, None, :]
    return jnp.concatenate([a * cos - b * sin, b * cos + a * sin], -1)


def attention(qkv, shape, cos, sin):
    """Causal grouped-query attention; qkv [batch, time, queries + keys + values] -> [batch, time, queries]."""
    batch, time_steps, _ = qkv.shape
    heads, groups, size = shape.heads, shape.kv_heads, shape.head
    per_group = heads // groups

    def split(part, n):
        return part.reshape(batch, time_steps, n, size)

    q, k, v = jnp.split(qkv, [heads * size, (heads + groups) * size], -1)
    q, k, v = rotate(split(q, heads), cos, sin), rotate(split(k, groups), cos, sin), split(v, groups)
    # One flat batch of matrices: XLA's CPU backend takes four times as long for a five-dimensional einsum.
    q = q.reshape(batch, time_steps, groups, per_group, size).transpose(0, 2, 3, 1, 4)
    q = q.reshape(batch * groups, per_group * time_steps, size)
    k, v = (x.transpose(0, 2, 1, 3).reshape(batch * groups, time_steps, size) for x in (k, v))
    visible = np.tile(np.tril(np.ones((time_steps, time_steps), bool)), (per_group, 1))
    scores = jnp.einsum("nqd,nkd->nqk", q, k) * size**-0.5 + np.where(visible, 0, -1e9).astype(np.float32)
    mixed = jnp.einsum("nqk,nkd->nqd", jax.nn.softmax(scores, -1), v)
    mixed = mixed.reshape(batch, groups, per_group, time_steps, size).transpose(0, 3, 1, 2, 4)
    return mixed.reshape(batch, time_steps, heads * size)


def logits(weights, ids, shape):
    """ids [batch, time] -> [batch, time, vocabulary]."""
    cos, sin = rope_tables(shape, ids.shape[1])

    def layer(x, w):
        norm1, norm2, qkv, qkv_bias, out, gate, up, down = w
        h = rms_norm(x, norm1, shape.epsilon)
        x = x + attention(h @ qkv + qkv_bias, shape, cos, sin) @ out
        h = rms_norm(x, norm2, shape.epsilon)
        return x + (jax.nn.silu(h @ gate) * (h @ up)) @ down, None

    stacked = tuple(weights[name] for name in LAYER_WEIGHTS)
    x, _ = jax.lax.scan(layer, weights["embedding"][ids], stacked, unroll=shape.layers)
    return rms_norm(x, weights["norm"], shape.epsilon) @ weights["lm_head"]


@jax.custom_vjp
def cross_entropy(scores, right):
    """Mean, in nats, of scores [batch, time, vocabulary] against the tokens right [batch, time]."""
    return cross_entropy_forward(scores, right)[0]


def cross_entropy_forward(scores, right):
    highest = scores.max(-1, keepdims=True)
    exponents = jnp.exp(scores - highest)
    total = exponents.sum(-1, keepdims=True)
    chosen = jnp.take_along_axis(scores, right[..., None], -1)
    return jnp.mean(jnp.log(total) + highest - chosen), (exponents, total, right)


def cross_entropy_backward(kept, slope):
    exponents, total, right = kept
    return (exponents / total - jax.nn.one_hot(right, exponents.shape[-1])) * (slope / right.size), None


# By hand, since the automatic gradient makes twice as many passes over the scores, which are half of a step's memory traffic.
cross_entropy.defvjp(cross_entropy_forward, cross_entropy_backward)


def loss(weights, windows, shape):
    """Mean cross entropy of windows [batch, time + 1]."""
    return cross_entropy(logits(weights, windows[:, :-1], shape), windows[:, 1:])


def orthogonal(g):
    """g [layers, rows, columns] made nearly semi-orthogonal: five Newton-Schulz steps (Jordan, Muon, 2024)."""
    tall = g.shape[-2] > g.shape[-1]
    x = jnp.swapaxes(g, -1, -2) if tall else g
    x = x / (jnp.linalg.norm(x, axis=(-2, -1), keepdims=True) + 1e-7)
    for _ in range(5):
        a = x @ jnp.swapaxes(x, -1, -2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return jnp.swapaxes(x, -1, -2) if tall else x


@partial(jax.jit, static_argnums=(6,), donate_argnums=(0, 1, 2))
def step(weights, first, second, windows, rate, count, shape):
    """One update: Muon for the layers' matrices, Adam for the rest; `first` and `second` are the moments."""
    error, gradients = jax.value_and_grad(loss)(weights, windows, shape)
    new, new_first, new_second = {}, {}, {}
    for name, w in weights.items():
        g, m, v = gradients[name], first[name], second[name]
        if name in MUON_WEIGHTS:
            m = 0.95 * m + g
            update = orthogonal(g + 0.95 * m) * 0.2 * max(w.shape[-2:]) ** 0.5 + 0.05 * w
        else:
            m, v = 0.9 * m + 0.1 * g, 0.97 * v + 0.03 * g**2
            update = (m / (1 - 0.9**count)) / (jnp.sqrt(v / (1 - 0.97**count)) + 1e-9)
        new[name], new_first[name], new_second[name] = w - rate * update, m, v
    return new, new_first, new_second, error


def batches(tokenizer, countries, seed):
    """Without end: [BATCH, WINDOW + 1] token ids, each pass over the corpus worded and ordered anew."""
    rng = random.Random(seed)
    windows = []
    while True:
        texts = [text for _, text in data.documents(rng, countries)]
        encoded = tokenizer.encode_batch(texts, add_special_tokens=False)
        ids = np.concatenate([np.array(e.ids, np.int32) for e in encoded])
        fresh = [ids[at : at + WINDOW + 1] for at in range(0, len(ids) - WINDOW, WINDOW)]
        rng.shuffle(fresh)
        windows += fresh
        while len(windows) >= BATCH:
            yield np.stack(windows[:BATCH])
            del windows[:BATCH]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("out", type=Path)
    options.add_argument("--steps", type=int, default=3000)
    options.add_argument("--minutes", type=float, default=55)
    options.add_argument("--resume", type=Path, help="weights to go on from, in place of random ones")
    options = options.parse_args()

    seed = 2 if options.resume else 0
    source = batches(Tokenizer.from_file(str(options.out / "tokenizer.json")), data.load(), seed)
    weights = dict(np.load(options.resume)) if options.resume else initial(SHAPE)
    weights = jax.tree.map(jnp.asarray, weights)
    first, second = jax.tree.map(jnp.zeros_like, weights), jax.tree.map(jnp.zeros_like, weights)
    print(f"{sum(w.size for w in weights.values())} parameters", flush=True)

    def save(name):
        np.savez(options.out / name, **{name: np.asarray(w) for name, w in weights.items()})

    start, errors, count, done = time.monotonic(), [], 0, 0.0
    while done < 1:
        count += 1
        rate = PEAK_RATE * min(1, count / WARM_UP_STEPS) * min(1, max(0.02, (1 - done) / COOL_DOWN))
        weights, first, second, error = step(
            weights, first, second, jnp.asarray(next(source)), jnp.float32(rate), jnp.float32(count), SHAPE
        )
        errors.append(float(error))
        seconds = time.monotonic() - start
        done = max(count / options.steps, seconds / 60 / options.minutes)
        if count in (1, 5, 10, 20) or count % 50 == 0 or done >= 1:
            print(f"{count} loss {np.mean(errors[-50:]):.4f} rate {rate:.5f} {seconds:.0f} s", flush=True)
        if count % CHECKPOINT_STEPS == 0:
            save(f"weights-{count}.npz")
    save("weights.npz")


if __name__ == "__main__":
    main()
