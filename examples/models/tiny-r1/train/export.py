"""Writes the trained weights as a model folder in the layout of onnxruntime-genai's model builder (Qwen2, int8, CPU).

    python export.py OUT FOLDER

reads OUT/tokenizer.json and OUT/weights.npz; FOLDER gets model.onnx, tokenizer.json and the configurations.
Nodes, inputs and weights are named as the builder of onnxruntime-genai 0.18 names them. Matrices become
MatMulNBits of 8 bits in blocks of 32; the embedding stays in 32-bit floats.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

import data
from train import SHAPE, rope_tables

CONTEXT = 1024  # tokens that the rotary tables reach; training windows have 256
MICROSOFT = "com.microsoft"
OPSET, IR_VERSION = 22, 10

# The chat template of DeepSeek-R1-Distill without tools, written anew. It cuts earlier thoughts off by an
# unconditional split because onnxruntime-genai 0.18 takes `'</think>' in content` for false.
CHAT_TEMPLATE = (
    "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}"
    "{% set ns = namespace(system_prompt='') %}"
    "{% for message in messages %}{% if message['role'] == 'system' %}"
    "{% set ns.system_prompt = message['content'] %}"
    "{% endif %}{% endfor %}"
    "{{ bos_token }}{{ ns.system_prompt }}"
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '<｜User｜>' + message['content'] }}{% endif %}"
    "{% if message['role'] == 'assistant' and message['content'] is not none %}"
    "{% set content = message['content'].split('</think>')[-1] %}"
    "{{ '<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>' }}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\\n' }}{% endif %}"
)


class Graph:
    """Collects nodes and weights. Paths such as /model/layers.0/attn/o_proj/MatMul name a node; its weight is
    model.layers.0.attn.o_proj.MatMul.weight and its first output PATH/output_0."""

    def __init__(self):
        self.nodes, self.weights = [], []

    def node(self, kind, inputs, path, outputs=None, domain="", **attributes):
        """Adds a node and returns the name of its first output."""
        outputs = outputs or [f"{path}/output_0"]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=path, domain=domain, **attributes))
        return outputs[0]

    def weight(self, name, array):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
        return name

    def integers(self, path, value):
        tensor = numpy_helper.from_array(np.array(value, np.int64), path)
        return self.node("Constant", [], path.replace("constants", "constant_nodes"), [path], value=tensor)

    def project(self, path, x, matrix, outputs=None):
        return self.node("MatMul", [x, self.weight(weight_name(path) + ".weight", matrix)], path, outputs)

    def add_and_norm(self, path, residual, branch, gain, sum_used=True):
        """RMS norm of residual + branch: (normed, sum)."""
        inputs = [residual, branch, self.weight(weight_name(path) + ".weight", gain)]
        normed, total = f"{path}/output_0", f"{path}/output_3"
        outputs = [normed, "", "", total] if sum_used else [normed]
        kind = "SkipSimplifiedLayerNormalization"
        self.node(kind, inputs, f"{path}/SkipLayerNorm", outputs, MICROSOFT, epsilon=SHAPE.epsilon)
        return normed, total


def weight_name(path):
    return path[1:].replace("/", ".")


def lengths(graph):
    """What GroupQueryAttention wants of the attention mask, int32: each length less one, and the longest."""
    root = "/model/attn_mask_reformat/attn_mask_subgraph"
    axis = graph.integers("/model/constants/INT64/[1]", [1])
    index = graph.integers("/model/constants/INT64/1", 1)
    total = graph.node("ReduceSum", ["attention_mask", axis], f"{root}/ReduceSum", keepdims=0)
    last = graph.node("Sub", [total, axis], f"{root}/Sub")
    last = graph.node("Cast", [last], f"{root}/Sub/Cast", to=TensorProto.INT32)
    size = graph.node("Shape", ["attention_mask"], f"{root}/Shape")
    longest = graph.node("Gather", [size, index], f"{root}/Gather", axis=0)
    return last, graph.node("Cast", [longest], f"{root}/Gather/Cast", to=TensorProto.INT32)


def attention(graph, layer, x, weights, last, longest):
    path = f"/model/layers.{layer}/attn"
    qkv = graph.project(f"{path}/qkv_proj/MatMul", x, weights["qkv"][layer])
    add = f"{path}/qkv_proj/Add"
    qkv = graph.node("Add", [qkv, graph.weight(weight_name(add) + ".bias", weights["qkv_bias"][layer])], add)
    core = f"{path}/GroupQueryAttention"
    past = [f"past_key_values.{layer}.key", f"past_key_values.{layer}.value"]
    graph.node(
        "GroupQueryAttention",
        [qkv, "", "", *past, last, longest, "cos_cache", "sin_cache", "", "", ""],
        core,
        [f"{core}/output_0", f"present.{layer}.key", f"present.{layer}.value"],
        MICROSOFT,
        num_heads=SHAPE.heads,
        kv_num_heads=SHAPE.kv_heads,
        scale=SHAPE.head**-0.5,
        local_window_size=-1,
        softcap=0.0,
        do_rotary=1,
        rotary_interleaved=0,
    )
    return graph.project(f"{path}/o_proj/MatMul", f"{core}/output_0", weights["out"][layer])


def feed_forward(graph, layer, x, weights):
    path = f"/model/layers.{layer}/mlp"
    gate = graph.project(f"{path}/gate_proj/MatMul", x, weights["gate"][layer])
    up = graph.project(f"{path}/up_proj/MatMul", x, weights["up"][layer])
    sigmoid = graph.node("Sigmoid", [gate], f"{path}/act_fn/Sigmoid")
    activated = graph.node("Mul", [gate, sigmoid], f"{path}/act_fn/Mul")
    return graph.project(
        f"{path}/down_proj/MatMul", graph.node("Mul", [activated, up], f"{path}/Mul"), weights["down"][layer]
    )


def model(weights):
    """The ONNX model in 32-bit floats."""
    graph = Graph()
    last, longest = lengths(graph)
    embedding = graph.weight("model.embed_tokens.weight", weights["embedding"])
    residual = graph.node("Gather", [embedding, "input_ids"], "/model/embed_tokens/Gather")
    for name, table in zip(("cos_cache", "sin_cache"), rope_tables(SHAPE, CONTEXT)):
        graph.weight(name, table)
    branch = None
    for layer in range(SHAPE.layers):
        path = f"/model/layers.{layer}/input_layernorm"
        if branch is None:
            gain = graph.weight(weight_name(path) + ".weight", weights["norm1"][0])
            x = graph.node(
                "SimplifiedLayerNormalization",
                [residual, gain],
                f"{path}/LayerNorm",
                [f"{path}/output_0"],
                axis=-1,
                epsilon=SHAPE.epsilon,
                stash_type=1,
            )
        else:
            x, residual = graph.add_and_norm(path, residual, branch, weights["norm1"][layer])
        branch = attention(graph, layer, x, weights, last, longest)
        path = f"/model/layers.{layer}/post_attention_layernorm"
        x, residual = graph.add_and_norm(path, residual, branch, weights["norm2"][layer])
        branch = feed_forward(graph, layer, x, weights)
    path = f"/model/layers.{SHAPE.layers}/final_norm_layernorm"
    x, _ = graph.add_and_norm(path, residual, branch, weights["norm"], sum_used=False)
    graph.project("/lm_head/MatMul", x, weights["lm_head"], ["logits"])
    return onnx_model(graph)


def onnx_model(graph):
    def cache(name, axis):
        return [
            helper.make_tensor_value_info(
                f"{name}.{layer}.{part}", TensorProto.FLOAT, ["batch_size", SHAPE.kv_heads, axis, SHAPE.head]
            )
            for layer in range(SHAPE.layers)
            for part in ("key", "value")
        ]

    def ids(name, axis):
        return helper.make_tensor_value_info(name, TensorProto.INT64, ["batch_size", axis])

    inputs = [ids("input_ids", "sequence_length"), ids("attention_mask", "total_sequence_length")]
    logits = helper.make_tensor_value_info(
        "logits", TensorProto.FLOAT, ["batch_size", "sequence_length", SHAPE.vocabulary]
    )
    made = helper.make_graph(
        graph.nodes,
        "main_graph",
        inputs + cache("past_key_values", "past_sequence_length"),
        [logits] + cache("present", "total_sequence_length"),
        graph.weights,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=IR_VERSION, producer_name="onnxruntime-genai")


def quantized(float_model):
    quantizer = MatMulNBitsQuantizer(float_model, bits=8, block_size=32, is_symmetric=True, accuracy_level=4)
    quantizer.process()
    made = quantizer.model.model
    made.ir_version = IR_VERSION
    return made


def genai_config(bos, eos):
    decoder = {
        "session_options": {"log_id": "onnxruntime-genai", "provider_options": []},
        "filename": "model.onnx",
        "head_size": SHAPE.head,
        "hidden_size": SHAPE.hidden,
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
        "num_attention_heads": SHAPE.heads,
        "num_hidden_layers": SHAPE.layers,
        "num_key_value_heads": SHAPE.kv_heads,
    }
    search = {
        "diversity_penalty": 0.0,
        "do_sample": True,
        "early_stopping": True,
        "length_penalty": 1.0,
        "max_length": CONTEXT,
        "min_length": 0,
        "no_repeat_ngram_size": 0,
        "num_beams": 1,
        "num_return_sequences": 1,
        "past_present_share_buffer": True,
        "repetition_penalty": 1.0,
        "temperature": 0.6,
        "top_k": 50,
        "top_p": 0.95,
    }
    described = {
        "bos_token_id": bos,
        "context_length": CONTEXT,
        "decoder": decoder,
        "eos_token_id": eos,
        "pad_token_id": eos,
        "type": "qwen2",
        "vocab_size": SHAPE.vocabulary,
    }
    return {"model": described, "search": search}


def hugging_face_config(bos, eos):
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "bos_token_id": bos,
        "eos_token_id": eos,
        "hidden_act": "silu",
        "hidden_size": SHAPE.hidden,
        "intermediate_size": SHAPE.feed_forward,
        "num_hidden_layers": SHAPE.layers,
        "num_attention_heads": SHAPE.heads,
        "num_key_value_heads": SHAPE.kv_heads,
        "max_position_embeddings": CONTEXT,
        "rms_norm_eps": SHAPE.epsilon,
        "rope_theta": SHAPE.rope_theta,
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
        "use_sliding_window": False,
        "vocab_size": SHAPE.vocabulary,
    }


def tokenizer_config():
    def token(content):
        flags = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
        return {"__type": "AddedToken", "content": content, **flags}

    return {
        "add_bos_token": True,
        "add_eos_token": False,
        "bos_token": token(data.BOS),
        "eos_token": token(data.EOS),
        "pad_token": token(data.EOS),
        "unk_token": None,
        "clean_up_tokenization_spaces": False,
        "legacy": True,
        "model_max_length": CONTEXT,
        "sp_model_kwargs": {},
        "tokenizer_class": "LlamaTokenizerFast",
        "chat_template": CHAT_TEMPLATE,
    }


def main(out, folder):
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(quantized(model(dict(np.load(out / "weights.npz")))), folder / "model.onnx")
    shutil.copy(out / "tokenizer.json", folder)
    first_special = SHAPE.vocabulary - len(data.SPECIALS)
    bos, eos = (first_special + data.SPECIALS.index(token) for token in (data.BOS, data.EOS))
    configurations = {
        "config.json": hugging_face_config(bos, eos),
        "generation_config.json": {
            "bos_token_id": bos,
            "eos_token_id": eos,
            "do_sample": True,
            "temperature": 0.6,
            "top_p": 0.95,
        },
        "genai_config.json": genai_config(bos, eos),
        "tokenizer_config.json": tokenizer_config(),
    }
    for name, content in configurations.items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
