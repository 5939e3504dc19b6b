#!/usr/bin/env bash
# Greedy answers of the pod against onnxruntime-genai and a plain ONNX Runtime loop, token for token.
#
# Usage: bin/bench equality [OPTION]...
#
#   --prompts N        conversations about countries, of which many begin alike (1000)
#   --tokens N         the most that an answer has (64)
#   --only KIND        in-place (the tiny model, against onnxruntime-genai) or concatenated (a DeepSeek-V3-shaped graph with random
#                      weights, against a plain loop); both by default
#   --provider CUDA    the pod on a GPU
#   --own-library      the pod runs on its own ONNX Runtime instead of the one that onnxruntime-genai runs on: another release rounds
#                      otherwise, and where two tokens are nearly as likely another one wins
#
# Each kind is asked alone and in full batches of 16, with and without the prefix cache. Answers that differ are printed with their
# prompts, and the exit status is 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bin/lib/say.sh
. bin/lib/env.sh
. bin/lib/peers.sh

. bin/lib/java.sh
step "the peers' Python" install_peers
step "the pod" build_pod
ZONEFLEET_TEST_CLASSPATH=$(pod_classpath)
export ZONEFLEET_TEST_CLASSPATH
exec "$PEERS_PYTHON" inference-pod/bench/equality.py "$@"
