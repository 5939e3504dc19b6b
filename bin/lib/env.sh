# Sourced: where the project keeps what it builds and downloads, and the tools found there.
export ZONEFLEET_CACHE=${ZONEFLEET_CACHE:-$HOME/.cache/zonefleet}
# tools that bin/setup installed go first: the machine's own may be too old
export PATH=$ZONEFLEET_CACHE/bin:$PATH:/usr/sbin:/sbin
mkdir -p "$ZONEFLEET_CACHE/bin"
