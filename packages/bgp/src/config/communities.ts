import type { RouteAttributes } from '../rib/route.ts'
import { parseCommunity, parseExtendedCommunity, parseLargeCommunity } from '../wire/community-text.ts'

/** The attributes of communities as they are written; `aliases` are looked up first. */
export function communityAttributes(
  written: readonly string[],
  aliases: Readonly<Record<string, string>>,
): Pick<RouteAttributes, 'communities' | 'largeCommunities' | 'extendedCommunities'> {
  const texts = written.map((text) => (Object.hasOwn(aliases, text) ? aliases[text]! : text))
  const communities = texts.flatMap((text) => parseCommunity(text) ?? [])
  const largeCommunities = texts.flatMap((text) => parseLargeCommunity(text) ?? [])
  const extendedCommunities = texts.flatMap((text) => parseExtendedCommunity(text) ?? [])
  return {
    ...(communities.length > 0 && { communities }),
    ...(largeCommunities.length > 0 && { largeCommunities }),
    ...(extendedCommunities.length > 0 && { extendedCommunities }),
  }
}
