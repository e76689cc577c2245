#!/bin/sh
# Everything that reads the code without running it. Each step says its name; the first failure ends it.
set -eu
step() {
	printf 'lint: %s\n' "$1" >&2
	shift
	"$@"
}

step 'types (tsc)' tsc -b
step 'types of tests, benches, tools' tsc -p tsconfig.test.json
step 'oxlint' oxlint --type-aware --deny-warnings
step 'format of TypeScript (oxfmt)' oxfmt --check .
step 'layers' node tools/checks/layers/main.ts
step 'shell scripts' sh tools/checks/shell.sh
step 'format of C' sh tools/checks/format-c.sh
step 'generated code and objects' sh tools/checks/generated.sh
