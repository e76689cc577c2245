#!/bin/sh
# Brings a checkout to where the wanted targets can run: Debian packages, npm packages, native addons, BPF objects.
# Usage: bootstrap.sh demo|data-center|test|bench|contenders|lint|build …   A second run finds everything in place and only looks.
set -eu
cd "$(dirname "$0")/../.."
target=${1:-build}
state=.cache/bootstrap
mkdir -p "$state"

say() { printf '%s\n' "skep: $*" >&2; }
die() {
	say "$*"
	exit 1
}

sh tools/bootstrap/debian.sh "$target"

command -v node >/dev/null || die "Node.js ≥ 20 is missing; it is only used to run npm. Debian/Ubuntu: apt-get install nodejs npm"
command -v npm >/dev/null || die "npm is missing. Debian/Ubuntu: apt-get install npm"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || die "Node.js ≥ 20 is needed to run npm, this is $(node -v)"

if ! cmp -s package-lock.json node_modules/.installed-lock.json; then
	say "installing npm packages (npm ci, about half a minute)"
	npm ci --no-audit --no-fund >&2
	cp package-lock.json node_modules/.installed-lock.json
fi
PATH="$PWD/node_modules/.bin:$PATH"
export PATH

# Ubuntu 22.04 has 0.5; libbpf_version.h came with 0.6.
libbpf=$(printf '#include <bpf/libbpf_version.h>\nLIBBPF_MAJOR_VERSION\n' | cc -E -P - 2>/dev/null | tail -n 1)
case "$libbpf" in
[1-9]*) ;;
*) die "libbpf ≥ 1.0 with its headers is needed, and apt gave an older one (Debian 12 and Ubuntu 24.04 have it in libbpf-dev); install a newer one from https://github.com/libbpf/libbpf" ;;
esac

for makefile in packages/*/native/Makefile; do
	make -s -C "$(dirname "$makefile")" >&2
done

if command -v clang-14 >/dev/null && command -v llvm-strip-14 >/dev/null; then
	make -s -C bpf >&2
fi
