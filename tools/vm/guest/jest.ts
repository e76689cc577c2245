import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Job, KEPT, pieceName } from './job.ts'

/** So many files share a process, which grows with each. */
const FILES = 12

const OPTIONS = [
  '--runInBand',
  '--forceExit',
  `--testSequencer=${import.meta.dirname}/in-order.ts`,
  '--reporters=default',
  `--reporters=${import.meta.dirname}/keeping-reporter.ts`,
]

/**
 * Runs test files with the project's own Jest, one file at a time. An emulated processor, now and then, makes a process
 * fault that does not on a real one: what is missing then is run once more.
 */
export function runJest({ tests, version }: Job, root: string): void {
  const files = tests.map(({ file }) => file)
  inTurn(files, root)
  const missing = files.filter((file) => !existsSync(join(KEPT, version, pieceName(file))))
  if (missing.length > 0) inTurn(missing, root)
}

function inTurn(files: readonly string[], root: string): void {
  for (let i = 0; i < files.length; i += FILES) run(files.slice(i, i + FILES), root)
}

function run(files: readonly string[], root: string): void {
  const node = [
    '--conditions=@skep/source',
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
  ]
  const projects = [...new Set(files.map(projectOf))]
  const args = [...node, '--selectProjects', ...projects, ...OPTIONS, '--runTestsByPath', ...files]
  const { error, signal } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (error) throw error
  if (signal !== null) console.log(`vm: Jest ended by ${signal}`)
}

/** As tools/jest/projects.ts names them: the others need not be searched for files. */
function projectOf(file: string): string {
  return `${file.split('/')[1]}${file.endsWith('.netns.test.ts') ? ':netns' : ''}`
}
