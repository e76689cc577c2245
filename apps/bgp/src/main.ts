#!/usr/bin/env node
import { program } from './program.ts'
import { version } from './version.ts'

try {
  await program(version).parseAsync()
} catch (error) {
  const { explain } = await import('./explain-error.ts')
  console.error(explain(error))
  process.exitCode = 1
}
