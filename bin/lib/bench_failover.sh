#!/usr/bin/env bash
# What clients see when something breaks, on a real cluster, beside a plain Service and HAProxy.
#
# Usage: bin/bench failover [OPTION]...
#
#   --only FAULT,…     black-hole, killed, frozen, unready, slow, half, loss, one-way, api-server, operator-zero, leader, gateway,
#                      two-zones, all-zones, flap, drain, rollout, operator-sees, gateways-see, noise-loss, noise-busy,
#                      noise-prefill (all)
#   --trials N         of each fault (1)
#   --policy P         ActiveStandby, ActiveActive or both (ActiveStandby)
#   --zones N,…        2, 3 or both (3)
#   --resume           counts trials of this commit and load that were done before, and does what is missing
#   --rate N           short requests a second, for each data plane (10)
#   --streams N        long streams at once, for each data plane; 1 at least, for they warm pods up (2)
#   --pace PERCENT     of a core that each inference pod has at most, once it has warmed up; 0: no bound (40)
#   --window SECONDS   that are watched after a fault, before it is mended (10)
#   --minutes N        that flap and noise-… last (2)
#   --stop-after S     begins no trial after so many seconds
#   --name LAB         name of the zonelab (bench)
#   --keep             leaves the lab running
#
# Writes docs/benchmarks/failover.json and failover.md after each trial, and every request and status into e2e/target/failover/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bin/lib/say.sh
. bin/lib/env.sh
. bin/lib/program.sh

[ "$(id -u)" = 0 ] || die "root is needed: network namespaces are made and broken; call it with sudo"

bin/setup java cluster images bench
bin/zonelab build
compile_programs
build_images
. bin/lib/java.sh
# of what is measured and of what measures: a commit of documentation, tests or other benchmarks changes no figure
measured=({crds,operator,inference-pod,e2e}/{src/main,pom.xml} pom.xml helm images zonelab bin/lib/envoy.sh)
commit=$(git log -1 --format=%h -- "${measured[@]}")
[ -z "$(git status --porcelain -- "${measured[@]}")" ] || commit+=-dirty
tars=$(IFS=:; echo "${archives[*]}")
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=error \
  -Dstdout.encoding=UTF-8 "-Dzonefleet.images=$tars" "-Dzonefleet.commit=$commit" \
  -cp "e2e/target/classes:e2e/target/lib/*" io.zonefleet.e2e.bench.Failover "$@"
