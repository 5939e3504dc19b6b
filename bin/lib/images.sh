# Sourced after say.sh, env.sh, jdk.sh and envoy.sh, in the project's root: what each image is made from, and how it is built.

# reference NAME: what manifests call the image
reference() {
  case $1 in
    inference-pod-cuda) echo localhost/zonefleet/inference-pod:dev-cuda ;;
    *) echo "localhost/zonefleet/$1:dev" ;;
  esac
}

# inputs NAME: the files and folders that the image is made from
inputs() {
  echo images/Containerfile
  case $1 in
    operator | inference-pod | inference-pod-cuda)
      echo images/base.sh images/jre.sh images/layers.sh images/Train.java pom.xml
      if [ "$1" = operator ]; then
        echo crds/pom.xml crds/src/main operator/pom.xml operator/src/main
      else
        echo images/inference-pod.options inference-pod/pom.xml inference-pod/src/main
      fi
      ;;
    gateway) echo images/base.sh bin/lib/envoy.sh ;;
    weights-tiny) echo images/base.sh examples/models/tiny-r1/r1 ;;
  esac
}

# hash FILE_OR_FOLDER...: of names and contents
hash() {
  find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
}

# tar_of NAME: where the image is, or will be
tar_of() {
  # shellcheck disable=SC2046 # names without spaces
  echo "$ZONEFLEET_CACHE/images/$(hash $(inputs "$1"))/$1.tar"
}

# build_all NAME...
build_all() {
  local name jars=()
  store=$(mktemp -d "$ZONEFLEET_CACHE/buildah.XXXXXX") # not local: the trap runs after the function
  trap 'rm -rf "$store"' EXIT
  for name in "$@"; do
    case $name in operator | inference-pod | inference-pod-cuda) jars+=("$name") ;; esac
  done
  if [ "${#jars[@]}" -gt 0 ]; then
    step "Java runtime" make_jre
    step "jars of ${jars[*]}" package "${jars[@]}"
  fi
  step "base image" make_base
  for name in "$@"; do step "image $name" build_image "$name"; done
}

# package NAME...: the jars, laid out for their layers, into $store/jars
package() {
  local modules=() profile=() name
  for name in "$@"; do
    case $name in
      inference-pod-cuda) modules+=(inference-pod) profile=(-Pcuda) ;;
      *) modules+=("$name") ;;
    esac
  done
  case " $* " in
    *" inference-pod "*" inference-pod-cuda "* | *" inference-pod-cuda "*" inference-pod "*)
      die "inference-pod and inference-pod-cuda are packed from one folder: build them one after the other"
      ;;
  esac
  bin/mvn -q -B -pl "$(IFS=,; echo "${modules[*]}")" -am package -DskipTests -Dspotless.check.skip "${profile[@]}" >&2
  for name in "${modules[@]}"; do
    JAVA_HOME=$(find_jdk25) bash images/layers.sh "$name" "$(runnable_jre)" "$store/jars" >&2
  done
}

# The runtime and the base change rarely: each is kept under the hash of what it is made from.
jre_home() {
  local jdk
  jdk=$(find_jdk25) || die "no JDK 25 found: run bin/setup java"
  echo "$ZONEFLEET_CACHE/images/jre-$(hash images/jre.sh "$jdk/release")"
}

# runnable_jre: the same runtime, for a start on this machine: one that is for a newer C library than the machine's is given the
# JDK's own
runnable_jre() {
  local own=$ZONEFLEET_CACHE/jdk-debian13 copy=$store/runnable-jre
  if [[ $(readlink -f "$(find_jdk25)") != "$(readlink -f "$own")"/* ]]; then
    jre_home
    return
  fi
  if [ ! -d "$copy" ]; then
    cp -rp "$(jre_home)" "$copy"
    use_own_libc "$own" "$own" "$copy"
  fi
  echo "$copy"
}

make_jre() {
  local jdk jre
  jre=$(jre_home)
  jdk=$(find_jdk25)
  [ -d "$jre" ] || { quietly "$ZONEFLEET_CACHE/jre.log" bash images/jre.sh "$jdk" "$jre.$$" && mv -T "$jre.$$" "$jre"; }
  note "$(du -sh "$jre" | cut -f1) from $jdk"
  buildah_from_scratch jre "COPY . /jre" "$jre"
}

make_base() {
  local base
  base=$ZONEFLEET_CACHE/images/base-$(hash images/base.sh)
  if [ ! -f "$base/base.tar" ]; then
    mkdir -p "$base"
    bash images/base.sh "$base/base.tar.$$"
    mv "$base/base.tar.$$" "$base/base.tar"
  fi
  note "$(du -h "$base/base.tar" | cut -f1) of Debian packages"
  buildah_from_scratch base "ADD base.tar /" "$base"
}

in_store() {
  local command=$1
  shift
  buildah --storage-driver vfs --root "$store/root" --runroot "$store/run" "$command" "$@"
}

# buildah_from_scratch NAME INSTRUCTION FOLDER: a local image that stands in for a stage of the Containerfile
buildah_from_scratch() {
  printf 'FROM scratch\n%s\n' "$2" >"$store/$1.Containerfile"
  quietly "$ZONEFLEET_CACHE/buildah.log" in_store bud --isolation chroot --timestamp 0 -t "localhost/stage/$1" -f "$store/$1.Containerfile" "$3"
}

# Timestamps are fixed: an image of the same contents has the same layers, which nodes then have already.
build_image() {
  local name=$1 tar arguments=()
  tar=$(tar_of "$name")
  case $name in
    operator | inference-pod | inference-pod-cuda)
      buildah_from_scratch jars "COPY . /" "$store/jars"
      arguments=(--build-arg JARS=localhost/stage/jars --build-arg JRE=localhost/stage/jre)
      ;;
    gateway)
      have_envoy || die "no Envoy $ENVOY_VERSION found: run bin/setup envoy"
      mkdir -p "$store/envoy"
      cp "$ZONEFLEET_CACHE/bin/envoy" "$store/envoy/envoy"
      buildah_from_scratch envoy "COPY envoy /envoy" "$store/envoy"
      arguments=(--build-arg ENVOY=localhost/stage/envoy)
      ;;
  esac
  [ "$name" = inference-pod-cuda ] || arguments+=(--build-arg BASE=localhost/stage/base)
  quietly "$ZONEFLEET_CACHE/buildah.log" in_store bud --isolation chroot --timestamp 0 "${arguments[@]}" \
    --target "$name" -t "$(reference "$name")" -f images/Containerfile .
  mkdir -p "$(dirname "$tar")"
  quietly "$ZONEFLEET_CACHE/buildah.log" in_store push "$(reference "$name")" "docker-archive:$tar.part:$(reference "$name")"
  mv "$tar.part" "$tar"
  note "$(reference "$name"): $(du -h "$tar" | cut -f1), $tar"
  forget_old "$name"
}

# forget_old NAME: the five newest tars of the image stay
forget_old() {
  local old
  find "$ZONEFLEET_CACHE/images" -mindepth 2 -maxdepth 2 -name "$1.tar" -printf '%T@ %p\n' | sort -rn | tail -n +6 | cut -d' ' -f2- |
    while read -r old; do
      rm -f "$old"
      rmdir "$(dirname "$old")"
    done
}
