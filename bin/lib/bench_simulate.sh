#!/usr/bin/env bash
# Random schedules of faults in virtual time, against the operator's own loop: bin/bench simulate [--schedules N] [--seed N]
#
#   --schedules  how many, 1 or more (default 20000: as many as the unit tests run)
#   --seed       of the first; the next schedule has the next seed (default 1)
#
# A schedule that breaks a promise is printed, with the shortest one that does so too, and the exit status is 1. Its line goes into
# operator/src/test/resources/simulation/found.txt, so that it stays a test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bin/lib/say.sh
. bin/lib/env.sh
. bin/lib/java.sh

schedules=20000 seed=1
while [ $# -gt 0 ]; do
  case $1 in
    --schedules) schedules=${2:-} ;;
    --seed) seed=${2:-} ;;
    *) die "no option '$1'; see bin/bench simulate --help" ;;
  esac
  shift 2 || die "$1 needs a value"
done
[[ $schedules =~ ^[1-9][0-9]{0,11}$ ]] || die "--schedules is '$schedules', allowed is a number of 1 or more"
[[ $seed =~ ^[0-9]{1,15}$ ]] || die "--seed is '$seed', allowed is a number of 0 or more"

step "the operator and its simulation" quietly "$ZONEFLEET_CACHE/simulate-build.log" \
  bin/mvn -q -B -pl operator -am test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath -Dspotless.check.skip
# refused statuses and the like are what is simulated, and no news
logging=operator/target/simulate-logging.properties
echo ".level=OFF" >"$logging"
exec "$JAVA_HOME/bin/java" -XX:+UseParallelGC "-Djava.util.logging.config.file=$logging" \
  -cp "operator/target/test-classes:operator/target/classes:crds/target/classes:$(cat operator/target/test.classpath)" \
  io.zonefleet.operator.reconcile.Simulate "$schedules" "$seed"
