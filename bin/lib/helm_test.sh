#!/usr/bin/env bash
# Tests both charts: lint, the committed CRDs against the chart's copy, and what the charts render. With --update, the chart's
# copy of the CRDs is renewed instead.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
. bin/lib/say.sh
. bin/lib/env.sh

copy=helm/zonefleet-crds/files
if [ "${1:-}" = --update ]; then
  rm -f "$copy"/*.yaml
  cp crds/*.yaml "$copy/"
  exit
fi
command -v helm >/dev/null || die "no helm found: run bin/setup helm"
diff -r <(cd crds && cat -- *.yaml) <(cd "$copy" && cat -- *.yaml) >&2 ||
  die "$copy differs from crds/*.yaml; renew it: bin/lib/helm_test.sh --update"
helm lint --strict --quiet helm/zonefleet-crds helm/zonefleet
PYTHONPATH=$ZONEFLEET_CACHE/pyyaml${PYTHONPATH:+:$PYTHONPATH} PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover -s helm -p '*_test.py'
