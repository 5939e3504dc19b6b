# Sourced after say.sh and env.sh, in the project's root: the Java programs of e2e/.

# compiles e2e/ and what it needs
compile_programs() {
  quietly "$ZONEFLEET_CACHE/e2e-build.log" bin/mvn -q -B -pl e2e -am package -DskipTests -Dspotless.check.skip
}

# images into the array `archives`, built where they are not current
build_images() {
  local list
  list=$(bin/images)
  # shellcheck disable=SC2034 # for the caller
  mapfile -t archives <<<"$list"
}
