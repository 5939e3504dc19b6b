#!/usr/bin/env bash
# Makes the Java runtime of the images. Usage: jre.sh JDK_HOME TARGET
set -euo pipefail
# java.desktop is there for java.beans (Jackson, Jinjava); jdk.crypto.ec and jdk.naming.dns are found by name only
modules=java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss
modules+=,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs
rm -rf "$2"
# class data of the runtime itself, shared and ready made: each start saves some tenths of a second
"$1/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --generate-cds-archive --output "$2"
# the archive for heaps over 32 GB without compressed references, which no image of ours has
rm -f "$2/lib/server/classes_nocoops.jsa"
find "$2" -exec touch -h -d @0 {} +
