# Sourced after say.sh and env.sh, in the project's root: what the benchmarks of inference compare, and the pod.
peers=$ZONEFLEET_CACHE/bench/peers-$(sha256sum inference-pod/bench/requirements.txt | cut -c1-16)
# shellcheck disable=SC2034 # for the scripts that source this
PEERS_PYTHON=$peers/bin/python

# a virtual environment, kept under the hash of what is in it
install_peers() {
  [ ! -e "$peers/complete" ] || return 0
  mkdir -p "$ZONEFLEET_CACHE/bench"
  rm -rf "$peers"
  if ! python3 -m venv "$peers" 2>/dev/null; then
    die "python3 has no venv here: install the package python3-venv"
  fi
  quietly "$ZONEFLEET_CACHE/pip.log" "$peers/bin/pip" install --quiet --only-binary :all: -r inference-pod/bench/requirements.txt
  touch "$peers/complete"
}

# exports where the packaged server is, and the classes of the bare loop
build_pod() {
  quietly "$ZONEFLEET_CACHE/pod-build.log" bin/mvn -q -B -pl inference-pod -am package dependency:build-classpath -DskipTests \
    -Dspotless.check.skip -Dmdep.outputFile=target/test.classpath
}
export ZONEFLEET_POD_JAR=$PWD/inference-pod/target/quarkus-app/quarkus-run.jar
pod_classpath() { echo "$PWD/inference-pod/target/test-classes:$PWD/inference-pod/target/classes:$(cat inference-pod/target/test.classpath)"; }
