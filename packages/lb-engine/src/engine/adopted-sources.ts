import { type LbMaps, readMember } from '@skep/lb-maps'

/** The own addresses that the tables hold, by backend address: what a backend keeps that has no route just now. */
export function adoptedSources(maps: LbMaps): Map<string, string> {
  const found = new Map<string, string>()
  for (let id = 1; id < maps.members.entries; id++) {
    const member = readMember(maps, id)
    if (member?.source !== undefined) found.set(member.address, member.source)
  }
  return found
}
