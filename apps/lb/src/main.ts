#!/usr/bin/env node
import { program } from './cli/program.ts'
import { version } from './version.ts'

try {
  await program(version).parseAsync()
} catch (error) {
  const { explain } = await import('./cli/explain-error.ts')
  console.error(explain(error))
  process.exitCode = 1
}
