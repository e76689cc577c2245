#!/bin/sh
# Compiles the BPF objects that changed and writes their TypeScript. Commit what it changes.
set -eu
if ! command -v clang-14 >/dev/null; then
	echo 'generate: skipped, clang-14 is not installed; the committed objects and generated files stay as they are' >&2
	exit 0
fi
make -s -C bpf
make -s -C packages/libbpf-ts/test-objects
make -s -C packages/testbed/objects
gen() { node --conditions=@skep/source packages/libbpf-ts/src/cli.ts gen "$@"; }
for object in packages/datapath/objects/*.bpf.o; do
	module=packages/datapath/src/$(basename "$object" .bpf.o).gen.ts
	gen "$object" --output "$module"
done
gen packages/libbpf-ts/test-objects/gen.bpf.o --output packages/libbpf-ts/src/testing/gen.gen.ts --import ../index.ts
