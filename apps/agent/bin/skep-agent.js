#!/usr/bin/env node
// What npm links as a command; dist/ is made by `make build`, and published.
import '../dist/main.js'
