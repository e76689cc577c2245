#!/bin/sh
# Assembles an app with what it needs at run time, and nothing else, in an empty or new folder. `make build` comes first.
# Usage: assemble.sh FOLDER [lb|agent]. Then FOLDER/bin/skep-lb, or skep-agent, runs, with Node ≥ 24.15 in PATH.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
app=${2:-lb}
[ -f "$root/apps/$app/bin/skep-$app.js" ] || {
	echo "there is no command skep-$app; lb or agent" >&2
	exit 1
}
mkdir -p "$1"
out=$(cd "$1" && pwd)
[ -z "$(ls -A "$out")" ] || {
	echo "$out is not empty; give a new folder" >&2
	exit 1
}

# The locked versions of what the packages depend on.
cd "$root"
for file in package.json package-lock.json .npmrc packages/*/package.json apps/*/package.json; do
	[ -f "$file" ] || continue
	mkdir -p "$out/$(dirname "$file")"
	cp "$file" "$out/$file"
done
cd "$out"
npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --workspace "@skep/$app" >&2

# The project's own packages, as they are published, in place of links to the checkout.
cd "$root"
for package in packages/*/ "apps/$app/"; do
	name=$(node -p 'require(process.argv[1]).name' "$root/${package}package.json")
	[ -L "$out/node_modules/$name" ] || continue
	rm "$out/node_modules/$name"
	mkdir -p "$out/node_modules/$name"
	tarball=$(npm pack --ignore-scripts --silent --pack-destination "$out" "./$package")
	tar -xzf "$out/$tarball" -C "$out/node_modules/$name" --strip-components=1
	# Versions that two packages need differently lie below the package that needs them.
	[ ! -d "$out/${package}node_modules" ] || mv "$out/${package}node_modules" "$out/node_modules/$name/node_modules"
	rm "$out/$tarball"
done
rm -rf "$out/packages" "$out/apps"
# Programs with all that they import in a few files: they start in a fraction of the time.
node "$root/tools/bundle/main.ts" "$out"
mkdir "$out/bin"
ln -s "../node_modules/@skep/$app/bin/skep-$app.js" "$out/bin/skep-$app"
