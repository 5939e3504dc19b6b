#!/usr/bin/env bash
# The system tests, on zonelab or, where a Docker daemon answers, on k3s. ZONEFLEET_CLUSTER chooses, ZONEFLEET_TRIALS repeats each
# zone loss, ZONEFLEET_KEEP=true leaves the cluster, and ZONEFLEET_IT picks tests by class or method.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bin/lib/say.sh
. bin/lib/env.sh
. bin/lib/program.sh

if [ "$(id -u)" != 0 ]; then
  say "SKIPPED: the system tests need root"
  exit
fi
bin/zonelab build
build_images
tars=$(IFS=:; echo "${archives[*]}")
bin/mvn -B -Pe2e -pl e2e -am verify -DskipUnitTests \
  "-Dit.test=${ZONEFLEET_IT:-*IT}" -Dfailsafe.failIfNoSpecifiedTests=false \
  "-Dzonefleet.images=$tars" "-Dzonefleet.cluster=${ZONEFLEET_CLUSTER:-auto}" \
  "-Dzonefleet.trials=${ZONEFLEET_TRIALS:-2}" "-Dzonefleet.keep=${ZONEFLEET_KEEP:-false}"
