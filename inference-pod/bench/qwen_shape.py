"""Writes a model folder of Qwen2-0.5B's shape with seeded random weights: what it says is noise, what it costs is real.

    python qwen_shape.py MODEL TINY FOLDER

MODEL is qwen2-0.5b-int8, -int4 or -fp16, TINY the folder of the tiny model, whose tokenizer gets spellings for the tokens that it
lacks. The graph is what the model builder of onnxruntime-genai 0.18 makes of Qwen2: GroupQueryAttention with rotary tables
inside; for the CPU matrices as MatMulNBits in blocks of 32 with 8-bit activations (accuracy level 4), the rest in 32-bit floats;
for GPUs all of it in 16-bit floats.
"""

import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"
BLOCK = 32
SEED = 20


class Shape(NamedTuple):
    """Qwen2-0.5B's, of its config.json."""

    vocabulary: int = 151936
    hidden: int = 896
    layers: int = 24
    heads: int = 14
    kv_heads: int = 2
    head: int = 64
    feed_forward: int = 4864
    epsilon: float = 1e-6
    rope_theta: float = 1e6
    context: int = 1024


BITS = {"int4": 4, "int8": 8, "fp16": 16}


class Graph:
    """Collects nodes, and weights into one external file."""

    def __init__(self, bits, shape):
        self.bits, self.shape = bits, shape
        self.float, self.onnx_float = (np.float16, TensorProto.FLOAT16) if bits == 16 else (np.float32, TensorProto.FLOAT)
        self.rng = np.random.default_rng(SEED)
        self.nodes, self.weights = [], []
        self.read_per_token = 0

    def node(self, kind, inputs, outputs, domain="", **attributes):
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=outputs[0], domain=domain, **attributes))
        return outputs[0]

    def weight(self, name, array):
        if array.dtype == np.float32:
            array = array.astype(self.float)
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def project(self, name, x, wide, out, output=None):
        """x times a random matrix [wide, out] of such a scale that the product is as large as x."""
        output = output or f"{name}/output_0"
        if self.bits == 16:
            matrix = self.rng.random((wide, out), np.float32)
            matrix -= 0.5
            matrix *= (12 / wide) ** 0.5
            self.read_per_token += 2 * matrix.size
            return self.node("MatMul", [x, self.weight(f"{name}.weight", matrix)], [output])
        blocks = wide // BLOCK
        packed = self.rng.integers(0, 256, (out, blocks, BLOCK * self.bits // 8), np.uint8)
        spread = 2**self.bits / 12**0.5
        scales = np.full((out, blocks), wide**-0.5 / spread, np.float32)
        self.read_per_token += packed.nbytes + scales.nbytes
        inputs = [x, self.weight(f"{name}.weight_Q", packed), self.weight(f"{name}.weight_scales", scales)]
        return self.node(
            "MatMulNBits",
            inputs,
            [output],
            MICROSOFT,
            K=wide,
            N=out,
            bits=self.bits,
            block_size=BLOCK,
            accuracy_level=4,
        )

    def norm(self, name, residual, branch):
        gain = self.weight(f"{name}.weight", np.ones(self.shape.hidden, np.float32))
        outputs = [f"{name}/output_0", "", "", f"{name}/output_3"]
        self.node(
            "SkipSimplifiedLayerNormalization",
            [residual, branch, gain],
            outputs,
            MICROSOFT,
            epsilon=self.shape.epsilon,
        )
        return outputs[0], outputs[3]


def lengths(graph):
    """Of the attention mask: each row's length less one, and the longest."""
    one = graph.weight("one", np.array([1], np.int64))
    graph.node("ReduceSum", ["attention_mask", one], ["lengths"], keepdims=0)
    graph.node("Sub", ["lengths", one], ["last"])
    graph.node("Cast", ["last"], ["last_32"], to=TensorProto.INT32)
    graph.node("Shape", ["attention_mask"], ["mask_shape"])
    graph.node("Gather", ["mask_shape", graph.weight("axis", np.array(1, np.int64))], ["total"], axis=0)
    graph.node("Cast", ["total"], ["total_32"], to=TensorProto.INT32)


def rotary_tables(graph, shape):
    frequency = shape.rope_theta ** -(np.arange(0, shape.head, 2) / shape.head)
    angles = np.outer(np.arange(shape.context), frequency)
    graph.weight("cos_cache", np.cos(angles).astype(np.float32))
    graph.weight("sin_cache", np.sin(angles).astype(np.float32))


def attention(graph, layer, x):
    shape, name = graph.shape, f"model.layers.{layer}.attn"
    wide = (shape.heads + 2 * shape.kv_heads) * shape.head
    qkv = graph.project(f"{name}.qkv_proj", x, shape.hidden, wide)
    bias = graph.weight(f"{name}.qkv_bias", 0.1 * graph.rng.standard_normal(wide, np.float32))
    qkv = graph.node("Add", [qkv, bias], [f"{name}.qkv"])
    past = [f"past_key_values.{layer}.key", f"past_key_values.{layer}.value"]
    mixed = graph.node(
        "GroupQueryAttention",
        [qkv, "", "", *past, "last_32", "total_32", "cos_cache", "sin_cache"],
        [f"{name}.mixed", f"present.{layer}.key", f"present.{layer}.value"],
        MICROSOFT,
        num_heads=shape.heads,
        kv_num_heads=shape.kv_heads,
        scale=shape.head**-0.5,
        do_rotary=1,
    )
    return graph.project(f"{name}.o_proj", mixed, shape.heads * shape.head, shape.hidden)


def feed_forward(graph, layer, x):
    shape, name = graph.shape, f"model.layers.{layer}.mlp"
    gate = graph.project(f"{name}.gate_proj", x, shape.hidden, shape.feed_forward)
    up = graph.project(f"{name}.up_proj", x, shape.hidden, shape.feed_forward)
    sigmoid = graph.node("Sigmoid", [gate], [f"{name}.sigmoid"])
    act = graph.node("Mul", [gate, sigmoid], [f"{name}.act"])
    return graph.project(
        f"{name}.down_proj", graph.node("Mul", [act, up], [f"{name}.product"]), shape.feed_forward, shape.hidden
    )


def build(bits, shape):
    graph = Graph(bits, shape)
    lengths(graph)
    rotary_tables(graph, shape)
    table = graph.rng.random((shape.vocabulary, shape.hidden), np.float32) - 0.5
    residual = graph.node("Gather", [graph.weight("embedding", table), "input_ids"], ["embedded"])
    zero = graph.weight("zero", np.zeros(1, np.float32))
    branch = graph.node("Mul", [residual, zero], ["nothing"])
    for layer in range(shape.layers):
        x, residual = graph.norm(f"model.layers.{layer}.input_layernorm", residual, branch)
        x, residual = graph.norm(
            f"model.layers.{layer}.post_attention_layernorm", residual, attention(graph, layer, x)
        )
        branch = feed_forward(graph, layer, x)
    x, _ = graph.norm("model.norm", residual, branch)
    graph.project("lm_head", x, shape.hidden, shape.vocabulary, "logits")
    return graph


def onnx_model(graph):
    shape = graph.shape

    def cache(name, axis):
        return [
            helper.make_tensor_value_info(
                f"{name}.{layer}.{part}", graph.onnx_float, ["batch_size", shape.kv_heads, axis, shape.head]
            )
            for layer in range(shape.layers)
            for part in ("key", "value")
        ]

    def ids(name, axis):
        return helper.make_tensor_value_info(name, TensorProto.INT64, ["batch_size", axis])

    logits = helper.make_tensor_value_info(
        "logits", graph.onnx_float, ["batch_size", "sequence_length", shape.vocabulary]
    )
    made = helper.make_graph(
        graph.nodes,
        "main_graph",
        [ids("input_ids", "sequence_length"), ids("attention_mask", "total_sequence_length")]
        + cache("past_key_values", "past_sequence_length"),
        [logits] + cache("present", "total_sequence_length"),
        graph.weights,
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=10, producer_name="zonefleet-bench")


def genai_config(shape, eos):
    decoder = {
        "session_options": {"log_id": "onnxruntime-genai", "provider_options": []},
        "filename": "model.onnx",
        "head_size": shape.head,
        "hidden_size": shape.hidden,
        "inputs": {
            "input_ids": "input_ids",
            "attention_mask": "attention_mask",
            "past_key_names": "past_key_values.%d.key",
            "past_value_names": "past_key_values.%d.value",
        },
        "outputs": {
            "logits": "logits",
            "present_key_names": "present.%d.key",
            "present_value_names": "present.%d.value",
        },
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.kv_heads,
    }
    model = {
        "bos_token_id": eos,
        "context_length": shape.context,
        "decoder": decoder,
        "eos_token_id": eos,
        "pad_token_id": eos,
        "type": "qwen2",
        "vocab_size": shape.vocabulary,
    }
    search = {"do_sample": False, "max_length": shape.context, "past_present_share_buffer": True}
    return {"model": model, "search": search}


def tokenizer(tiny, vocabulary):
    """The tiny model's, with a spelling for each of the other tokens; no text is ever encoded to them."""
    content = json.loads((tiny / "tokenizer.json").read_text("utf-8"))
    known = set(content["model"]["vocab"].values()) | {token["id"] for token in content["added_tokens"]}
    for token in range(vocabulary):
        if token not in known:
            content["model"]["vocab"][f"x{token}y"] = token
    return content


def main(model, tiny, folder):
    shape = Shape()
    eos = json.loads((tiny / "config.json").read_text("utf-8"))["eos_token_id"]
    folder.mkdir(parents=True, exist_ok=True)
    graph = build(BITS[model.rpartition("-")[2]], shape)
    onnx.save(
        onnx_model(graph), folder / "model.onnx", save_as_external_data=True, location="model.onnx.data"
    )
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(tiny, shape.vocabulary)), "utf-8")
    config = {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.context,
        "eos_token_id": eos,
    }
    for name, value in {
        "config.json": config,
        "genai_config.json": genai_config(shape, eos),
        "tokenizer_config.json": json.loads((tiny / "tokenizer_config.json").read_text("utf-8")),
        "bench.json": {"readPerToken": graph.read_per_token},
    }.items():
        (folder / name).write_text(json.dumps(value, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
