#!/usr/bin/env bash
# How long the inference pod's image takes from its first process until it is ready, beside the load of its weights.
#
# Usage: bin/bench startup [OPTION]...
#
#   --model MODEL,…    tiny-int8, qwen2-0.5b-int8, qwen2-0.5b-int4 (tiny-int8,qwen2-0.5b-int8); see bin/bench inference --help
#   --starts N         of each model, with and without the ahead-of-time cache in turn (10)
#   --print            prints the table only
#
# Writes docs/benchmarks/startup.json and startup.md. The image's own files run in a mount namespace of their own, without a container runtime.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bin/lib/say.sh
. bin/lib/env.sh
. bin/lib/peers.sh

[ "$(id -u)" = 0 ] || die "root is needed: the image runs in a mount namespace; call it with sudo"

step "the peers' Python" install_peers
tar=$(bin/images inference-pod)
exec "$PEERS_PYTHON" inference-pod/bench/startup.py --image "$tar" "$@"
