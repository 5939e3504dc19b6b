#!/usr/bin/env bash
# Our pod beside a bare ONNX Runtime loop and onnxruntime-genai, on the same models, threads and machine.
#
# Usage: bin/bench inference [OPTION]...
#
#   --only SERVER,…    zonefleet, ort-loop, genai-generator, genai-engine, openvino (all)
#   --model MODEL,…    tiny-int8, qwen2-0.5b-int8, qwen2-0.5b-int4 (all); the last two have Qwen2-0.5B's shape and random weights,
#                      are written to the cache when first asked for, and take 1 GiB each
#   --clients N,…      of closed loops (1,4,16,64)
#   --no-open          leaves Poisson arrivals out
#   --seconds S        that a row is measured for in each round (60)
#   --rounds N         in which the servers take turns (3)
#   --starts N         of the servers, which each have a like share of the rounds (1)
#   --threads N        of each server (one less than there are cores, at least 1: the load needs the other)
#   --provider CUDA    on a GPU, with the model qwen2-0.5b-fp16; needs PyTorch and onnxruntime-genai-cuda
#   --library FILE     the ONNX Runtime of the pod and of the bare loop (the one in the Maven artifact)
#   --print            prints the table only
#
# Writes docs/benchmarks/inference.json and inference.md after each model, where rows of other models and loads stay as long as nothing has
# changed that they measure. Peers are installed from PyPI into the cache.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bin/lib/say.sh
. bin/lib/env.sh
. bin/lib/peers.sh

. bin/lib/java.sh
step "the peers' Python" install_peers
step "the pod and the bare loop" build_pod
ZONEFLEET_TEST_CLASSPATH=$(pod_classpath)
export ZONEFLEET_TEST_CLASSPATH
exec "$PEERS_PYTHON" inference-pod/bench/inference.py "$@"
