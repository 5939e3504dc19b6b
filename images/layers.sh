#!/usr/bin/env bash
# Lays a packaged module out for its image, the inference pod with its ahead-of-time cache. Usage: layers.sh MODULE JRE FOLDER, in the project's root
#   FOLDER/MODULE/libraries  what changes with a dependency: other people's jars, native libraries
#   FOLDER/MODULE/code       what changes with our own code
set -euo pipefail
module=$1 jre=$2 folder=$3/$1
rm -rf "$folder"
mkdir -p "$folder/libraries" "$folder/code"
cp -r "$module/target/quarkus-app/." "$folder/code/"
[ ! -d "$module/target/native" ] || cp -r "$module/target/native" "$folder/libraries/"
(cd "$folder/code" && find lib -type f ! -name 'io.zonefleet.*') | while read -r file; do
  mkdir -p "$folder/libraries/$(dirname "$file")"
  mv "$folder/code/$file" "$folder/libraries/$file"
done
[ ! -f "images/$module.options" ] || cp "images/$module.options" "$folder/code/java.options"
find "$folder" -depth -type d -empty -delete
# the cache holds for jars of the very time that it was made from, and images are built with this one
find "$folder" -exec touch -h -d @0 {} +

# The operator has none: it would add 98 MB to an image of 199 MB and save 2 s of processor time at a start, which is rare.
[ "$module" = inference-pod ] || exit 0
app=$(mktemp -d)
trap 'rm -rf "$app"' EXIT
cp -rp "$folder"/{libraries,code}/. "$app/"
if "${JAVA_HOME:?}/bin/java" images/Train.java "$jre" "$app" examples/models/tiny-r1; then
  mv "$app/app.aot" "$folder/code/"
  touch -d @0 "$folder/code/app.aot"
else
  echo "no ahead-of-time cache: pods start in twice the time" >&2
fi
