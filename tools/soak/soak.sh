#!/bin/sh
# Long fuzzing, then a long mixed load on the load balancer. FUZZ_RUNS cases per property, MINUTES of load in each mode.
set -eu
runs=${FUZZ_RUNS:-10000}
minutes=${MINUTES:-5}

echo "soak: property tests and fuzzers, $runs cases each" >&2
git grep -lE "from 'fast-check'" -- '*.test.ts' | FUZZ_RUNS=$runs xargs \
	node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js \
	--testTimeout 3600000 --runTestsByPath

for mode in snat dsr; do
	echo "soak: $minutes minutes of mixed load, flapping backends and kills, mode $mode" >&2
	node --conditions=@skep/source tools/soak/load.ts --seconds "$((minutes * 60))" --mode "$mode"
done
