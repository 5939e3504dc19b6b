# Sourced: exports JAVA_HOME (JDK 25) and MAVEN_HOME (3.9), installing what is missing into $ZONEFLEET_CACHE.
ZONEFLEET_CACHE=${ZONEFLEET_CACHE:-$HOME/.cache/zonefleet}
MAVEN_VERSION=3.9.11
# JDK 25 warns of libraries that we did not write (Guice in Maven, Netty, JNA), at each start
# shellcheck disable=SC2034 # for the scripts that source this
QUIET_JDK=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)

. "$(dirname "${BASH_SOURCE[0]}")/jdk.sh"
JAVA_HOME=$(find_jdk25) || { echo "no JDK 25 found: run bin/setup java" >&2; exit 1; }
MAVEN_HOME=$ZONEFLEET_CACHE/maven/apache-maven-$MAVEN_VERSION
if [ ! -x "$MAVEN_HOME/bin/mvn" ]; then
  command -v mvn >/dev/null || { echo "no Maven found: run bin/setup java" >&2; exit 1; }
  # the distribution's own Maven fetches the Maven that Quarkus needs from the repository it is set up with
  staging=$(mktemp -d)
  # in a folder without a pom.xml: Maven would resolve the project's first
  (cd "$staging" && mvn -q -B dependency:copy "-Dartifact=org.apache.maven:apache-maven:$MAVEN_VERSION:zip:bin" "-DoutputDirectory=$staging") 1>&2
  mkdir -p "$ZONEFLEET_CACHE/maven"
  python3 -m zipfile -e "$staging/apache-maven-$MAVEN_VERSION-bin.zip" "$ZONEFLEET_CACHE/maven"
  chmod +x "$MAVEN_HOME/bin/mvn"
  rm -rf "$staging"
fi
export JAVA_HOME MAVEN_HOME ZONEFLEET_CACHE
