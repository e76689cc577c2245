import { readFileSync } from 'node:fs'

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
