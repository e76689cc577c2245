import { join } from 'node:path'
import { openLbXdp } from '@skep/datapath/lb-xdp'
import { BpfError } from 'libbpf-ts'
import { LbError } from '../error.ts'
import { specTerms, type Terms } from '../model/terms.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { readInstalled } from './installed.ts'

/**
 * Whether the tables that are there have the layout that this program expects, whatever their sizes. Throws {@link LbError}
 * CONFLICT where one has another, with what to do.
 */
export function checkLayouts(paths: InstancePaths, terms: Terms = specTerms): void {
  const sizes = readInstalled(paths)?.sizes ?? {}
  using object = openLbXdp()
  for (const program of Object.values(object.programs)) program.autoload = false
  for (const [key, map] of Object.entries(object.maps)) {
    map.autocreate = sizes[key] !== undefined
    if (sizes[key] === undefined) continue
    map.maxEntries = sizes[key]
    map.pinPath = join(paths.maps, map.name)
  }
  try {
    object.load()[Symbol.dispose]()
  } catch (error) {
    if (!(error instanceof BpfError) || error.code !== 'LAYOUT_MISMATCH') throw error
    throw otherLayout(error, terms)
  }
}

function otherLayout(cause: BpfError, { uninstall }: Terms): LbError {
  const next = `traffic goes on by what is installed; go on with the release that installed it, or move the traffic elsewhere, then ${uninstall} and start this one`
  return new LbError('CONFLICT', `what is installed is of a release with other tables: ${cause.message}; ${next}`, {
    cause,
  })
}
