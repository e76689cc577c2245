import {
  detect,
  type Detection,
  type DetectOptions,
  type EntryNote,
  parseSelection,
  type Snapshot,
} from '@skep/device-detect'
import { type Finding, show, suggest } from '@skep/config-file'
import { specTerms, type Terms } from '../model/terms.ts'

/** The devices that the entries of a configuration choose, and what is to be said about the entries. */
export interface Selected extends Detection {
  readonly findings: readonly Finding[]
}

/** The programs read Ethernet frames. */
const options: DetectOptions = { layer3: false }

const nothing: Detection = { devices: [], explanations: [], problems: [], warnings: [] }

/** Chooses devices as `@skep/device-detect` has it; what is wrong is told with its place in the configuration. */
export function selectDevices(entries: readonly string[], snapshot: Snapshot): Selected {
  const { selection, problems } = parseSelection(entries)
  if (selection === undefined) return { ...nothing, findings: problems.map(toFinding) }
  const detection = detect(snapshot, selection, options)
  const names = snapshot.links.map(({ name }) => name)
  const findings = detection.problems.map((note) => toFinding(withSuggestion(note, entries, names)))
  return { ...detection, findings }
}

/** Warnings with their places: `spec.devices[1]: "wlan*": …`. */
export function deviceWarnings({ warnings }: Pick<Detection, 'warnings'>, terms: Terms = specTerms): string[] {
  return warnings.map(({ entry, message }) => `${terms.device(entry)}: ${message}`)
}

function toFinding({ entry, message }: EntryNote): Finding {
  return { path: ['spec', 'devices', ...(entry === undefined ? [] : [entry])], message }
}

/** A missing name has its neighbour in spelling named. */
function withSuggestion(note: EntryNote, entries: readonly string[], names: readonly string[]): EntryNote {
  const text = note.entry === undefined ? undefined : entries[note.entry]
  return text === undefined ? note : { ...note, message: `${show(text)}: no such device; ${suggest(text, names)}` }
}
