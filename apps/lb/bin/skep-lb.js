#!/usr/bin/env -S node --max-semi-space-size=4 --heap-growing-percent=80
// The options: garbage is collected early, which takes a tenth off the memory that loading 100,000 backends needs.
// What npm links as a command; dist/ is made by `make build`, and published.
import '../dist/main.js'
