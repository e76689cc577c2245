import { type LbXdp, memberCodec, sourceCodec } from '@skep/datapath/lb-xdp'
import { mapTable } from '../status/mapped.ts'
import { formatWords, sourceFamily } from '../status/words.ts'

/** The own addresses that the tables hold, by backend address: what a backend keeps that has no route just now. */
export function adoptedSources(maps: Pick<LbXdp['maps'], 'members' | 'sources'>): Map<string, string> {
  using members = mapTable(maps.members, memberCodec)
  using sources = mapTable(maps.sources, sourceCodec)
  const found = new Map<string, string>()
  for (let id = 1; id < members.entries; id++) {
    const { used, address, family, source } = members.read(id)
    if (used !== 1) continue
    const words = sources.read(source).address
    if (words.some((word) => word !== 0))
      found.set(formatWords(address, family), formatWords(words, sourceFamily(words)))
  }
  return found
}
