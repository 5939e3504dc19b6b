#!/usr/bin/env bash
# A pod among clients that hang up, read slowly and send nonsense: slots, memory and others' answers.
#
# Usage: bin/bench soak [OPTION]...
#
#   --seconds S        how long (300)
#   --seed N           of the clients' whims (1)
#
# 24 clients hang up at random moments, 6 read slowly or not at all, 4 send what is malformed, and 6 ask what has a known answer. At the
# end every slot must be free within a second, memory flat in the second half, and every answer right; else the exit status is 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bin/lib/say.sh
. bin/lib/env.sh
. bin/lib/peers.sh

. bin/lib/java.sh
step "the pod" build_pod
exec python3 inference-pod/bench/soak.py "$@"
