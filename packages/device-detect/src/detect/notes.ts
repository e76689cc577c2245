import { isNamed, matches } from '../selection/match.ts'
import { show } from '../selection/parse.ts'
import type { Entry, EntryNote, Selection } from '../selection/types.ts'
import type { LinkFacts } from '../snapshot/types.ts'
import type { Detection } from './types.ts'

/** A host of containers has thousands. */
const MOST_NAMES = 12

/** What is to be said about the entries, on a host with these devices. */
export function entryNotes(
  links: readonly LinkFacts[],
  selection: Selection,
  chosen: readonly string[],
): Pick<Detection, 'problems' | 'warnings'> {
  const problems = selection.flatMap((entry) => missing(entry, links))
  const warnings = selection.flatMap((entry) => unmatched(entry, links))
  if (chosen.length > 0 || problems.length > 0) return { problems, warnings }
  const nothing = { message: `${show(selection.map(({ text }) => text))} leaves no device${thereAre(links)}` }
  return canGrow(selection) ? { problems, warnings: [...warnings, nothing] } : { problems: [nothing], warnings }
}

/** Whether a device that comes later may be chosen. */
function canGrow(selection: Selection): boolean {
  return selection.some(({ is }) => is === 'auto' || is === 'pattern' || is === 'addition')
}

function missing(entry: Entry, links: readonly LinkFacts[]): EntryNote[] {
  if (entry.is !== 'name' || links.some((link) => isNamed(link, entry.name))) return []
  return [{ entry: entry.entry, message: `"${entry.text}": no such device${thereAre(links)}` }]
}

/** Entries to leave devices out often stand there for hosts that have them. */
function unmatched(entry: Entry, links: readonly LinkFacts[]): EntryNote[] {
  if (entry.is === 'addition' && !links.some((link) => isNamed(link, entry.name)))
    return [{ entry: entry.entry, message: `"${entry.text}": no such device now; it is added when it comes` }]
  if (entry.is === 'pattern' && !links.some((link) => matches(link, entry.glob)))
    return [{ entry: entry.entry, message: `"${entry.text}": no device matches now${thereAre(links)}` }]
  return []
}

function thereAre(links: readonly LinkFacts[]): string {
  const names = links.map(({ name }) => name)
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : ''
  return `; there are: ${names.slice(0, MOST_NAMES).join(', ')}${more}`
}
