import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const index = readFileSync(new URL('index.ts', import.meta.url), 'utf8')
const exports = [...index.matchAll(/export (?:type )?\{([^}]*)\} from '\.\/(.*?)'/g)].map(
  ([, names = '', path = '']) => ({
    path,
    names: names.split(',').map((name) => name.replace('type ', '').trim()),
  }),
)
/** Codecs, BTF, ELF and the generator ask no kernel, as the README says. */
const askers = exports.filter(({ path }) => !/^(codec|btf|elf|gen|skeleton|format-error)/.test(path))

const functions = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^export function (\w+)/gm
const methods =
  /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^ {2}(?:static |async )?\*?(?!constructor|close\b)(\w+)(?:<.*>)?\(.*\{$/gm

interface Verb {
  readonly name: string
  readonly doc: string
}

/** Exported functions, and public methods of exported classes, each with the comment before it; closing needs no words. */
function verbsOf({ path, names }: (typeof askers)[number]): Verb[] {
  const source = readFileSync(new URL(path, import.meta.url), 'utf8')
  const verbs = (pattern: RegExp) => [...source.matchAll(pattern)].map(([, doc = '', name = '']) => ({ name, doc }))
  const own = verbs(functions).filter(({ name }) => names.includes(name))
  const hasClass = names.some((name) => new RegExp(`^export (abstract )?class ${name}\\b`, 'm').test(source))
  return [...own, ...(hasClass ? verbs(methods) : [])].map(({ name, doc }) => ({ name: `${path}: ${name}`, doc }))
}

function isComplete(doc: string): boolean {
  return (
    /asks no(\s+\*)? kernel/i.test(doc) ||
    (/Minimum kernel/.test(doc) && /bpftool|`(ip|tc|mount|rm|sysctl|cat) /.test(doc))
  )
}

test('every function that asks the kernel says from which kernel on, and what does the same', () => {
  const verbs = askers.flatMap(verbsOf)
  expect(verbs.length).toBeGreaterThan(60)
  expect(verbs.filter(({ doc }) => !isComplete(doc)).map(({ name }) => name)).toEqual([])
})
