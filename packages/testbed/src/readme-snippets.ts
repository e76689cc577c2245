import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { TestbedError } from './error.ts'

/** A piece of TypeScript in a README. */
export interface ReadmeSnippet {
  readonly code: string
  /** What stands behind its `console.log(…) // …`, a line each: what it must print. */
  readonly prints: readonly string[]
}

/** The TypeScript of a README, for a test that runs each piece and compares what it prints with what stands there. */
export function readmeSnippets(readme: URL | string): ReadmeSnippet[] {
  const text = readFileSync(readme, 'utf8')
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => ({ code, prints: promised(code) }))
}

function promised(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text = '']) => text)
}

/** What a snippet wrote. */
export interface SnippetOutput {
  readonly lines: readonly string[]
  readonly stderr: string
}

/**
 * Runs a snippet as a module of the package in `folder`, in the namespaces of the calling thread, to its end.
 *
 *     expect(runSnippet(snippet, root)).toEqual({ lines: snippet.prints, stderr: '' })
 */
export function runSnippet({ code }: Pick<ReadmeSnippet, 'code'>, folder: string): SnippetOutput {
  const args = ['--conditions=@skep/source', '--input-type=module-typescript', '-']
  const { stdout, stderr, error } = spawnSync(process.execPath, args, { input: code, cwd: folder, encoding: 'utf8' })
  if (error !== undefined)
    throw new TestbedError('COMMAND_FAILED', 'a snippet of the README', error.message, { cause: error })
  return { lines: stdout.trimEnd().split('\n'), stderr }
}
