#!/usr/bin/env node
import { runCommandLine } from '@skep/daemon/command'
import { program } from './cli/program.ts'
import { version } from './version.ts'

await runCommandLine(program(version), async () => (await import('./cli/explain-error.ts')).explain)
