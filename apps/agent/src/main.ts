#!/usr/bin/env node
import { program } from './program.ts'
import { version } from './version.ts'

try {
  await program(version).parseAsync()
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}

/** What has a code is for the operator, who needs no stack. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? error.message : (error.stack ?? error.message)
}
