#!/bin/sh
set -eu
if ! command -v clang-format-14 >/dev/null; then
	echo 'format of C: skipped, clang-format-14 is not installed (apt-get install clang-format-14)'
	exit 0
fi
git ls-files '*.[ch]' | xargs clang-format-14 --dry-run --Werror
