"""onnxruntime-genai behind the thinnest server; greedy, and no token ends an answer.

    python genai_server.py generator|engine CPU|CUDA FOLDER PORT THREADS SLOTS

generator  up to SLOTS waiting requests become one batch of a Generator, which runs until its longest answer is complete:
           that is all the batching a Generator has. Prompts are padded on the right.
engine     everything that waits is given to the Engine, which batches as it likes.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime_genai as genai

from thin import Front, take


def serve_generator(model, front, slots, pad):
    """`pad` fills rows up; the graph's mask leaves it out."""
    while True:
        front.poll(idle=not front.waiting)
        batch = take(front, slots)
        if not batch:
            continue
        longest = max(len(request.prompt) for request in batch)
        steps = max(request.left for request in batch)
        padded = np.full((len(batch), longest), pad, np.int32)
        for row, request in enumerate(batch):
            padded[row, : len(request.prompt)] = request.prompt
        params = genai.GeneratorParams(model)
        length = longest + steps
        params.set_search_options(
            max_length=length, min_length=length, batch_size=len(batch), do_sample=False
        )
        generator = genai.Generator(model, params)
        generator.append_tokens(padded)
        for _ in range(steps):
            generator.generate_next_token()
            for request, token in zip(batch, generator.get_next_tokens()):
                if not request.done:
                    request.token(token)
            front.poll(idle=False)
            if all(request.done for request in batch):
                break


def serve_engine(model, front):
    engine = genai.Engine(model)
    buffer = engine.create_event_buffer(256)
    running = {}
    while True:
        front.poll(idle=not running and not front.waiting)
        for asked in take(front, sys.maxsize):
            options = genai.RequestOptions()
            options.set_max_session_tokens(len(asked.prompt) + asked.left)
            request = engine.create_request(options=options)
            turn = genai.TurnOptions(request)
            turn.set_do_sample(False)
            turn.set_max_generated_tokens(asked.left)
            turn.set_min_generated_tokens(asked.left)
            running[request] = asked, request.begin_turn(np.array(asked.prompt, np.int32), turn)
        if not running:
            continue
        for event in engine.run(buffer):
            asked, _ = running[event.request]
            if event.flags & genai.EngineEventFlags.FAILED:
                raise RuntimeError(f"the engine failed: {event.error_code}")
            if event.flags & genai.EngineEventFlags.TOKEN and not asked.done:
                asked.token(event.token)
            if event.flags & genai.EngineEventFlags.TURN_FINISHED:
                del running[event.request]
                event.request.close()
        for request, (asked, turn_id) in running.items():
            if asked.connection.gone:
                request.cancel_turn(turn_id)


def main(mode, provider, folder, port, threads, slots):
    config = genai.Config(folder)
    if provider == "CUDA":
        config.clear_providers()
        config.append_provider("cuda")
    session = {"intra_op_num_threads": threads, "inter_op_num_threads": 1}
    config.overlay(json.dumps({"model": {"decoder": {"session_options": session}}}))
    if mode == "engine":
        config.overlay(json.dumps({"engine": {"static_batching": {"max_batch_size": slots}}}))
    model = genai.Model(config)
    front = Front(port)
    if mode == "engine":
        serve_engine(model, front)
    else:
        pad = json.loads(Path(folder, "genai_config.json").read_text("utf-8"))["model"]["pad_token_id"]
        serve_generator(model, front, slots, pad)


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(int, sys.argv[4:]))
