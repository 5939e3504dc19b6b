#!/usr/bin/env bash
# Makes the Java runtime of the images. Usage: jre.sh JDK_HOME TARGET
set -euo pipefail
# java.desktop is there for java.beans (Jackson, Jinjava); jdk.crypto.ec and jdk.naming.dns are found by name only
modules=java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss
modules+=,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs
jdk=$1 target=$2
rm -rf "$target"
link() { "$jdk/bin/jlink" --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages --output "$target" "$@"; }
# With class data of the runtime itself, shared and ready made: each start saves some tenths of a second. To make them the new
# runtime is started, which fails where it is for a newer C library than this machine's (bin/lib/jdk.sh, Debian 12).
link --generate-cds-archive || {
  rm -rf "$target"
  link
}
# the archive for heaps over 32 GB without compressed references, which no image of ours has
rm -f "$target/lib/server/classes_nocoops.jsa"
find "$target" -exec touch -h -d @0 {} +
