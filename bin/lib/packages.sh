# Sourced after say.sh: distribution packages, chosen by the command or file that is missing, so that a containerd.io of Docker's
# or a Go of one's own is left alone. Nothing is started, stopped or configured here beyond what the packages do themselves.

# need PACKAGE THING...: notes PACKAGE as wanted unless one of the THINGs (a command, or an absolute path) is there.
wanted_packages=()
need() {
  local package=$1 thing
  shift
  case " ${wanted_packages[*]} " in *" $package "*) return ;; esac
  for thing in "$@"; do
    case $thing in
      /*) [ ! -e "$thing" ] || return 0 ;;
      *) if command -v "$thing" >/dev/null; then return 0; fi ;;
    esac
  done
  wanted_packages+=("$package")
}

# says what root would do, and ends, when this user may not install packages
must_be_root() {
  [ "$(id -u)" = 0 ] || die "missing: ${wanted_packages[*]}; root is needed to install them: sudo apt-get install -y --no-install-recommends ${wanted_packages[*]}"
}

install_wanted() {
  command -v apt-get >/dev/null || die "missing: ${wanted_packages[*]}; there is no apt-get here (Debian 12 or later, Ubuntu 22.04 or later), install what they stand for by hand"
  must_be_root
  note "packages: ${wanted_packages[*]}"
  apt_get update
  apt_get install -y --no-install-recommends "${wanted_packages[@]}"
}

# waits for another apt's lock instead of failing; asks nothing
apt_get() {
  DEBIAN_FRONTEND=noninteractive quietly "$ZONEFLEET_CACHE/apt-$1.log" \
    apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}
