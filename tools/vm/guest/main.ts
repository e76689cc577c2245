// In a virtual machine: does what /run/job/job.json says, and writes /run/job/result.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { needsOf, tryNeeds } from '../../jest/skips.ts'
import { runJest } from './jest.ts'
import { type Job, JOB_FILE, type JobResult, RESULT_FILE } from './job.ts'
import { loadPrograms } from './load-programs.ts'

const root = join(import.meta.dirname, '../../..')
const job = JSON.parse(readFileSync(JOB_FILE, 'utf8')) as Job

const loads = job.objects.flatMap((path) => loadPrograms(path))
const tests = job.tests.length > 0 ? runJest(job.tests, root) : []
const needed = tests.filter(({ status }) => status === 'skipped').flatMap(({ name }) => needsOf(name))
const needs = needed.length > 0 ? tryNeeds(needed) : {}
writeFileSync(RESULT_FILE, JSON.stringify({ loads, tests, needs } satisfies JobResult))
