#!/usr/bin/env -S node --max-semi-space-size=4 --heap-growing-percent=30
// The options: garbage is collected early, so that many services take less memory, for a little more work.
// What npm links as a command; dist/ is made by `make build`, and published.
import '../dist/main.js'
