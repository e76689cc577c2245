// In a virtual machine: does what /run/job/job.json says, and leaves what came of it in /run/kept, piece by piece.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runJest } from './jest.ts'
import { type Job, JOB_FILE } from './job.ts'
import { keep } from './keeping-reporter.ts'
import { loadPrograms } from './load-programs.ts'

const root = join(import.meta.dirname, '../../..')
const job = JSON.parse(readFileSync(JOB_FILE, 'utf8')) as Job
const { objects, sum, tests } = job

if (objects.length > 0) {
  const start = performance.now()
  const loads = objects.flatMap((path) => loadPrograms(path))
  keep({ loads, tests: [], needs: {}, sum, seconds: Math.round((performance.now() - start) / 1000) }, job)
}
if (tests.length > 0) runJest(job, root)
