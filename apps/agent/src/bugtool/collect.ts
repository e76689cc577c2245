import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Item } from './item.ts'
import { mask } from './mask.ts'

/** Of a larger one its beginning; of a log its end. */
const MOST_BYTES = 4 << 20
const PATIENCE_MS = 15_000

/** A line of the index. */
export interface Collected {
  readonly file: string
  readonly about: string
  readonly bytes: number
  /** Why there is nothing. */
  readonly missing?: string
  readonly cut?: boolean
}

/** Writes each item into the folder, without secrets, and an index of them. Never throws for what is not to be had. */
export async function collect(folder: string, items: readonly Item[]): Promise<readonly Collected[]> {
  const collected: Collected[] = []
  for (const item of items) collected.push(await collectOne(folder, item))
  writeFileSync(join(folder, 'INDEX.txt'), `${indexLines(collected).join('\n')}\n`)
  return collected
}

async function collectOne(folder: string, { file, about, read }: Item): Promise<Collected> {
  try {
    const text = Buffer.from(mask(await within(read)))
    const cut = text.length > MOST_BYTES
    const kept = file.startsWith('logs/') ? text.subarray(-MOST_BYTES) : text.subarray(0, MOST_BYTES)
    writeFileSync(join(folder, file), kept, { mode: 0o600 })
    return { file, about, bytes: kept.length, ...(cut && { cut }) }
  } catch (error) {
    return { file, about, bytes: 0, missing: (error as Error).message }
  }
}

/** An agent that hangs does not hold up the rest. */
async function within(read: Item['read']): Promise<string> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS)
  try {
    return await Promise.race([read(), promise])
  } finally {
    clearTimeout(timer)
  }
}

function indexLines(collected: readonly Collected[]): string[] {
  const missing = collected.filter((one) => one.missing !== undefined)
  return [
    'What skep-agent bugtool has collected. Passwords, tokens and private keys are masked (***).',
    '',
    ...collected
      .filter((one) => one.missing === undefined)
      .map(({ file, about, bytes, cut }) => {
        return `${file} (${bytes} bytes${cut === true ? ', cut' : ''}): ${about}`
      }),
    ...(missing.length === 0 ? [] : ['', 'Missing:']),
    ...missing.map(({ file, about, missing: why }) => `${file}: ${about}\n  ${why}`),
  ]
}

/** A log's name in the folder: two of them may be called the same. */
export function logName(path: string, number: number): string {
  return `logs/${number}-${basename(path)}`
}
