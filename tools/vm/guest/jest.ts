import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { TestResult } from './job.ts'

const OUTPUT = '/run/job/jest.json'

/** The part of `jest --json` that is read here. */
export interface JestResults {
  readonly testResults: readonly {
    /** The file. */
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[] | null
    }[]
  }[]
}

/** Runs test files with the project's own Jest, one file at a time. */
export function runJest(files: readonly string[], root: string): TestResult[] {
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js']
  const projects = [...new Set(files.map(projectOf))]
  const options = ['--selectProjects', ...projects, '--json', '--outputFile', OUTPUT, '--runInBand', '--forceExit']
  const { error, signal } = spawnSync(process.execPath, [...node, ...options, '--runTestsByPath', ...files], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (error) throw error
  if (!existsSync(OUTPUT)) throw new Error(`Jest ended without results (${signal ?? 'no signal'})`)
  return testsOf(JSON.parse(readFileSync(OUTPUT, 'utf8')) as JestResults, root)
}

/** As tools/jest/projects.ts names them: the others need not be searched for files. */
function projectOf(file: string): string {
  return `${file.split('/')[1]}${file.endsWith('.netns.test.ts') ? ':netns' : ''}`
}

/** Each test, and each file that failed although none of its tests did. */
export function testsOf({ testResults }: JestResults, root: string): TestResult[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name)
    const tests = assertionResults.map((test) => ({
      file,
      name: test.fullName,
      status: statusOf(test.status),
      message: test.failureMessages?.join('\n') ?? '',
    }))
    const byItself = status === 'failed' && !tests.some((test) => test.status === 'failed')
    return byItself ? [...tests, { file, name: '', status: 'failed' as const, message }] : tests
  })
}

function statusOf(status: string): TestResult['status'] {
  return status === 'passed' || status === 'failed' ? status : 'skipped'
}
