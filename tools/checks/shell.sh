#!/bin/sh
set -eu
if ! command -v shellcheck >/dev/null; then
	echo 'shell scripts: skipped, shellcheck is not installed (apt-get install shellcheck)'
	exit 0
fi
git ls-files '*.sh' '.ci/run' tools/vm/guest/init | xargs shellcheck
