import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CgroupError } from './error.ts'

/** A pattern of names, as one expression for the whole and one for each name on the way. */
export interface Expression {
  readonly whole: RegExp
  readonly parts: readonly (RegExp | '**')[]
}

/** `*` stands for any part of a name, `**` for any number of names. */
export function expressionsOf(patterns: readonly string[]): Expression[] {
  return patterns.map((pattern) => ({
    whole: new RegExp(`^${sourceOf(pattern)}$`),
    parts: pattern.split('/').map((part) => (part === '**' ? part : new RegExp(`^${sourceOf(part)}$`))),
  }))
}

/** Throws {@link CgroupError} INVALID. */
export function checkPattern(pattern: string): void {
  if (pattern !== '' && !pattern.startsWith('/') && !pattern.endsWith('/') && !pattern.includes('..')) return
  const right = 'write names below the root, as system.slice/docker-*.scope'
  throw new CgroupError('INVALID', 'selector', [`${JSON.stringify(pattern)} is no pattern of cgroups; ${right}`])
}

/** Folders below the root that match, by the names that lead to them; none below one that matches. */
export function* walkFolders(
  root: string,
  expressions: readonly Expression[],
  above: readonly string[] = [],
): Generator<readonly string[]> {
  for (const folder of foldersIn(join(root, ...above))) {
    const names = [...above, folder]
    const name = names.join('/')
    if (expressions.some(({ whole }) => whole.test(name))) yield names
    else if (expressions.some((one) => mayLead(one, names))) yield* walkFolders(root, expressions, names)
  }
}

/** A folder and all below it. */
export function* namesBelow(root: string, names: readonly string[]): Generator<readonly string[]> {
  yield names
  for (const folder of foldersIn(join(root, ...names))) yield* namesBelow(root, [...names, folder])
}

/** Whether something below may match. */
function mayLead({ parts }: Expression, names: readonly string[]): boolean {
  for (const [i, name] of names.entries()) {
    const part = parts[i]
    if (part === '**') return true
    if (part === undefined || !part.test(name)) return false
  }
  return parts.length > names.length
}

/** None in what is gone meanwhile. */
function foldersIn(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch {
    return []
  }
}

function sourceOf(pattern: string): string {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
  return escaped.replaceAll(/\*\*\/|\*\*|\*/g, (stars) => ({ '**/': '(?:[^/]+/)*', '**': '.*' })[stars] ?? '[^/]*')
}
