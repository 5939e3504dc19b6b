# Sourced after say.sh, env.sh and packages.sh: a whole JDK 25 (javac and jlink, not only a runtime).

# find_jdk25: prints the home of a JDK 25; fails when there is none. Reads the release file: starting javac takes 0.4 s.
find_jdk25() {
  local home
  for home in "${JAVA_HOME:-}" "$ZONEFLEET_CACHE"/jdk/* /usr/lib/jvm/*25* /opt/java/openjdk /opt/*jdk*25*; do
    if [ -x "$home/bin/javac" ] && grep -qs '^JAVA_VERSION="25' "$home/release"; then
      echo "$home"
      return
    fi
  done
  return 1
}

install_jdk25() {
  local candidate
  must_be_root
  candidate=$(apt-cache policy openjdk-25-jdk-headless 2>/dev/null | sed -n 's/^  Candidate: //p')
  if [ -n "$candidate" ] && [ "$candidate" != '(none)' ]; then
    apt_get install -y --no-install-recommends openjdk-25-jdk-headless
  else
    unpack_jdk25
  fi
  find_jdk25 >/dev/null || die "no JDK 25 to be had: install one (Temurin, Corretto, Zulu or Debian's openjdk-25-jdk-headless) and set JAVA_HOME to it"
}

# Debian 12 has no JDK 25, Debian 13 has. Its files are unpacked into the cache with the C library that they were built for, and
# made to use that one; the machine's own libraries stay as they are.
unpack_jdk25() {
  local base=$ZONEFLEET_CACHE/jdk-debian13 tree=$ZONEFLEET_CACHE/jdk-debian13.new home
  home=usr/lib/jvm/java-25-openjdk-$(dpkg --print-architecture)
  note "this distribution has no openjdk-25: taking Debian 13's into $base (130 MB to load)"
  rm -rf "$tree"
  quietly "$ZONEFLEET_CACHE/jdk.log" mmdebstrap --quiet --variant=extract --skip=check/qemu \
    --include=openjdk-25-jdk-headless,libstdc++6,zlib1g,libc6 trixie "$tree" ${ZONEFLEET_DEBIAN_MIRROR:+"$ZONEFLEET_DEBIAN_MIRROR"}
  relink "$tree" "$tree/$home"
  use_own_libc "$tree" "$base" "$tree/$home"
  rm -rf "$base"
  mv "$tree" "$base"
  mkdir -p "$ZONEFLEET_CACHE/jdk"
  ln -sfn "../jdk-debian13/$home" "$ZONEFLEET_CACHE/jdk/25"
  "$ZONEFLEET_CACHE/jdk/25/bin/java" -version 2>&1 | head -n 1 >&2
}

# relink TREE HOME: links to /etc/java-25-openjdk become files; the trusted certificates are the machine's own
relink() {
  local tree=$1 home=$2 link target
  find "$home" -type l -lname '/etc/java-25-openjdk/*' | while read -r link; do
    target=$(readlink "$link")
    cp --remove-destination "$tree$target" "$link"
  done
  [ -e /etc/ssl/certs/java/cacerts ] || die "/etc/ssl/certs/java/cacerts is missing: apt-get install ca-certificates-java"
}

# use_own_libc TREE FINAL HOME: programs of HOME start with the loader and libraries that will lie under FINAL
use_own_libc() {
  local tree=$1 final=$2 home=$3 libraries program loader
  libraries=/usr/lib/$(find "$tree/usr/lib" -maxdepth 1 -name '*-linux-gnu' -printf '%f')
  loader=$(find "$tree$libraries" -maxdepth 1 -name 'ld-linux*.so.*' -printf '%f')
  find "$home/bin" "$home/lib/jspawnhelper" -type f -perm -u+x | while read -r program; do
    patchelf --set-interpreter "$final$libraries/$loader" --force-rpath --set-rpath "\$ORIGIN/../lib:$final$libraries" "$program"
  done
  find "$home/lib" -name '*.so' | while read -r program; do
    patchelf --force-rpath --set-rpath "\$ORIGIN:\$ORIGIN/..:$final$libraries" "$program"
  done
}
