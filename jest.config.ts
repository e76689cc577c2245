import type { Config } from 'jest'
import { patient } from './packages/testbed/src/patience.ts'
import { projects } from './tools/jest/projects.ts'

const root = import.meta.dirname

// Processes that this run leaves behind are known by this mark in their environment (tools/jest/environment.ts).
process.env['SKEP_TEST_RUN'] = String(process.pid)

export default {
  projects: projects(root),
  maxWorkers: 2,
  // Starting processes and namespaces on a loaded machine takes its time; a hung test still ends.
  testTimeout: patient(30_000),
  reporters: ['default', `${root}/tools/jest/closing-reporter.ts`],
} satisfies Config
