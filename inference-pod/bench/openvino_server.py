"""OpenVINO behind the thinnest server: it reads the same graph, one request at a time; greedy, and no token ends an answer.

    python openvino_server.py FOLDER PORT THREADS

openvino-genai's own pipelines do not take the graph: its continuous batching needs ScaledDotProductAttention, and OpenVINO keeps
ONNX Runtime's GroupQueryAttention as an operator of its own until it compiles.
"""

import sys

import numpy as np
import openvino
from openvino._offline_transformations import apply_make_stateful_transformation

from thin import Front, take


def load(folder, threads):
    core = openvino.Core()
    model = core.read_model(f"{folder}/model.onnx")
    past = [entry.any_name for entry in model.inputs if entry.any_name.startswith("past_key_values")]
    for entry in model.inputs:
        shape = entry.partial_shape
        shape[0] = 1
        entry.node.set_partial_shape(shape)
    model.validate_nodes_and_infer_types()
    # the cache stays inside
    apply_make_stateful_transformation(model, {name: name.replace("past_key_values", "present") for name in past})
    return core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1})


def serve(compiled, front):
    infer = compiled.create_infer_request()
    while True:
        front.poll(idle=not front.waiting)
        for request in take(front, 1):
            infer.reset_state()
            ids, length = np.array([request.prompt], np.int64), 0
            while not request.done:
                length += ids.shape[1]
                feeds = {"input_ids": ids, "attention_mask": np.ones((1, length), np.int64)}
                logits = infer.infer(feeds, share_inputs=True, share_outputs=True)["logits"]
                token = int(logits[0, -1].argmax())
                request.token(token)
                ids = np.array([[token]], np.int64)
                front.poll(idle=False)


if __name__ == "__main__":
    serve(load(sys.argv[1], int(sys.argv[3])), Front(int(sys.argv[2])))
