import { DetectError } from '../error.ts'
import { isGlob } from './match.ts'
import type { Entry, EntryNote, ParsedSelection, Selection } from './types.ts'

/** `ALTIFNAMSIZ` less its end: alternative names are the longest. */
const LONGEST_NAME = 127
const BEST = 'write auto, a name (eth0), a glob (eth*, eth+), one to leave out ("-docker*") or to add ("+wg0")'

/**
 * Reads a selection. Wrong are entries that no device could match, and lists that only leave out. Pure.
 *
 * | entry | chooses |
 * | --- | --- |
 * | `auto` | what the routes tell |
 * | `eth0` | this device, which must be there |
 * | `+wg0` | this device, whenever it is there |
 * | `eth+` | names that begin so, as with Cilium and iptables |
 * | `eth*`, `eth?`, `eth[0-3]` | names that match |
 * | `-docker*` | none of these, wherever it stands |
 */
export function parseSelection(entries: readonly unknown[]): ParsedSelection {
  const read = entries.map(readEntry)
  const problems = read.filter((one) => 'message' in one)
  const selection = read.filter((one) => 'is' in one)
  if (problems.length > 0) return { problems }
  if (selection.every(({ is }) => is === 'exclusion')) return { problems: [nothingChosen(selection)] }
  return { selection, problems: [] }
}

/** As {@link parseSelection}. Throws {@link DetectError} with every problem. */
export function requireSelection(entries: readonly unknown[]): Selection {
  const { selection, problems } = parseSelection(entries)
  if (selection) return selection
  throw new DetectError('INVALID_SELECTION', 'devices', problems.map(({ message }) => message).join('; '))
}

/** What is wrong with one entry, whatever stands beside it; `undefined`: nothing. */
export function entryProblem(text: unknown): string | undefined {
  const read = readEntry(text, 0)
  return 'message' in read ? read.message : undefined
}

function readEntry(text: unknown, entry: number): Entry | EntryNote {
  if (typeof text !== 'string' || text === '') return { entry, message: `${show(text)} is not a device; ${BEST}` }
  if (text === 'auto') return { entry, text, is: 'auto' }
  if (text === '-auto') return { entry, message: '"-auto" is not a device; leave auto out of the list instead' }
  const sign = /^[-+]/.exec(text)?.[0]
  const name = sign ? text.slice(1) : text
  const wrong = nameProblem(name)
  if (wrong !== undefined) return { entry, message: `${show(text)} is not a device: ${wrong}; ${BEST}` }
  if (sign === '-') return { entry, text, is: 'exclusion', glob: name }
  if (isGlob(name)) return { entry, text, is: 'pattern', glob: name }
  return { entry, text, is: sign === '+' ? 'addition' : 'name', name }
}

/** What `dev_valid_name` of the kernel refuses, and signs that stand alone. */
function nameProblem(name: string): string | undefined {
  if (name === '' || /^\++$/.test(name)) return 'no name stands beside the sign'
  if (name === '.' || name === '..') return 'the kernel has no device of that name'
  const bad = /[\s/:]/.exec(name)?.[0]
  if (bad !== undefined) return `no device has ${show(bad)} in its name`
  if (/^[-+]/.test(name)) return 'one sign is enough'
  if (name.length > LONGEST_NAME) return `a name has ${LONGEST_NAME} characters at most`
  return /\[[^\]]*$/.test(name) ? 'its "[" is never closed' : undefined
}

function nothingChosen(selection: Selection): EntryNote {
  if (selection.length === 0) return { message: `no device is named; ${BEST}` }
  const texts = show(selection.map(({ text }) => text))
  return { message: `${texts} only leaves devices out; write auto beside it, or which devices to use` }
}

export function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value)
}
