#!/bin/sh
# Compiles every BPF object again, elsewhere, and compares it and the generated TypeScript with what is committed.
set -eu
pinned=14.0.6
version=$(clang-14 --version 2>/dev/null | sed -n 's/.*clang version \([0-9.]*\).*/\1/p')
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
status=0

same() {
	[ -e "$1" ] || return 0
	cmp -s "$1" "$2" && return 0
	echo "generated: $2 is not what its sources give; run: make build" >&2
	status=1
}

if [ "$version" = "$pinned" ]; then
	make -s -C bpf OBJECTS="$fresh/objects" TEST_OBJECTS="$fresh/tests" GENERATED="$fresh/src" >/dev/null
	for file in "$fresh"/objects/*.o; do same "$file" "packages/datapath/objects/$(basename "$file")"; done
	for file in "$fresh"/objects/old/*.o; do same "$file" "packages/datapath/objects/old/$(basename "$file")"; done
	for file in "$fresh"/tests/*; do same "$file" "packages/datapath/test-objects/$(basename "$file")"; done
	for file in "$fresh"/src/*; do same "$file" "packages/datapath/src/$(basename "$file")"; done
	cp -r packages/libbpf-ts/test-objects "$fresh/libbpf"
	make -s -B -C "$fresh/libbpf" >/dev/null
	make -s -C packages/testbed/objects OBJECTS="$fresh/testbed" >/dev/null
	for file in "$fresh"/testbed/*.o; do same "$file" "packages/testbed/objects/$(basename "$file")"; done
	for file in "$fresh"/libbpf/*.o; do same "$file" "packages/libbpf-ts/test-objects/$(basename "$file")"; done
else
	echo "generated: objects not compared: the pinned clang is $pinned, here is ${version:-none} (apt-get install clang-14)" >&2
fi

for object in packages/datapath/objects/*.bpf.o; do
	module=packages/datapath/src/$(basename "$object" .bpf.o).gen.ts
	node --conditions=@skep/source packages/libbpf-ts/src/cli.ts gen "$object" --output "$module" --check || status=1
done
[ $status -eq 0 ] && echo "generated: objects and modules are what their sources give"
exit $status
