import { formatFrontend, type LbMaps, readServices, type Service } from '@skep/lb-maps'

type Served = { readonly services: readonly Service[] }

/** Protocols by number, as frontends have them. */
const protocols: Readonly<Record<number, 'TCP' | 'UDP'>> = { 6: 'TCP', 17: 'UDP' }

/**
 * Frontends, `192.0.2.10:80/TCP`, that the tables do not have or have without a backend, each with the reason. `why`: what
 * is known to stand against a frontend; `undefined`: nothing, and it is not looked at.
 */
export function unservedFrontends(
  { services }: Served,
  maps: LbMaps,
  why: (frontend: string) => string | undefined,
): Map<string, string> {
  const suspects = services.flatMap(({ frontends }) =>
    frontends.flatMap((one) => {
      const text = formatFrontend(one)
      const reason = why(text)
      return reason === undefined ? [] : [[text, reason] as const]
    }),
  )
  if (suspects.length === 0) return new Map()
  const there = new Set<string>()
  for (const { address, port, protocol: number, slots } of readServices(maps)) {
    const protocol = protocols[number]
    if (slots > 0 && protocol !== undefined) there.add(formatFrontend({ address, port, protocol }))
  }
  return new Map(suspects.filter(([text]) => !there.has(text)))
}
