import type { Config } from 'jest'
import { projects } from './tools/jest/projects.ts'

const root = import.meta.dirname

export default {
  projects: projects(root),
  maxWorkers: 2,
  reporters: ['default', `${root}/tools/jest/closing-reporter.mjs`],
} satisfies Config
