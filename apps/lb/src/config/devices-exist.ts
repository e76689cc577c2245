import { entryProblem, type Snapshot } from '@skep/device-detect'
import type { Finding } from '@skep/config-file'
import { selectDevices } from '@skep/lb-engine'

/** The rule for {@link parseConfig}: the raw document's devices must be on this machine. Routes decide nothing here. */
export function devicesExist(snapshot: Snapshot): (document: unknown) => readonly Finding[] {
  return (document) => {
    const entries = (document as { spec?: { devices?: unknown } } | null)?.spec?.devices
    if (!Array.isArray(entries) || !entries.every((entry) => typeof entry === 'string')) return []
    return entries.length === 0 || entries.some(entryProblem) ? [] : selectDevices(entries, snapshot).findings
  }
}
