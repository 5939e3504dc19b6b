#!/usr/bin/env bash
# Makes the root file system that every image begins with, from Debian packages: C and C++ libraries, bash, busybox for the rest
# of a shell, trusted certificates, a user. No package manager. Usage: base.sh TARGET.tar (as root)
set -euo pipefail
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# extract TARGET PACKAGE...: the packages' files and those of what they depend on; none of their scripts run
extract() {
  local target=$1 packages
  shift
  packages=$(IFS=,; echo "$*")
  mmdebstrap --quiet --variant=extract --skip=check/qemu --include="$packages" trixie "$target" ${ZONEFLEET_DEBIAN_MIRROR:+"$ZONEFLEET_DEBIAN_MIRROR"}
}

extract "$tree/root" base-files bash busybox-static libstdc++6 netbase zlib1g
extract "$tree/certificates" ca-certificates

cd "$tree/root"
rm -rf usr/share/{bash-completion,bug,debconf,debianutils,doc,doc-base,info,lintian,locale,man,menu,perl5,zoneinfo} var/cache var/lib/{apt,dpkg} var/log
rm -rf usr/bin/perl* usr/lib/*/perl-base usr/lib/*/gconv
for name in $(chroot . /bin/busybox --list); do
  [ -e "usr/bin/$name" ] || [ -e "usr/sbin/$name" ] || [ "$name" = busybox ] || ln -s busybox "usr/bin/$name"
done
mkdir -p etc/ssl/certs tmp
chmod 1777 tmp
# what ca-certificates would gather when it is configured
find "$tree/certificates/usr/share/ca-certificates/mozilla" -name '*.crt' | LC_ALL=C sort | while read -r file; do
  cat "$file"
  echo
done > etc/ssl/certs/ca-certificates.crt
printf 'root:x:0:0:root:/root:/bin/bash\nzonefleet:x:65532:65532::/tmp:/usr/sbin/nologin\n' > etc/passwd
printf 'root:x:0:\nzonefleet:x:65532:\n' > etc/group
printf 'hosts: files dns\n' > etc/nsswitch.conf
tar --sort=name --mtime=@0 --numeric-owner -cf "$1" .
