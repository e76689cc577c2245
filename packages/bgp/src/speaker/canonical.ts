import { formatAddress, tryParseAddress } from '@skep/packet'
import { BgpError } from '../error.ts'
import { LEARNT, type PeerConfig } from './peer-config.ts'

/** What a session is made of: how its path is watched is no part of it. */
export function sessionText(config: PeerConfig): string {
  return JSON.stringify({ ...config, bfd: undefined })
}

/** Addresses in the one spelling that they are compared in. Throws {@link BgpError} for what is none. */
export function canonical(config: PeerConfig): PeerConfig {
  const { address, sourceAddress, nextHops } = config
  const text = (given: string): string => {
    const found = tryParseAddress(given)
    if (found) return formatAddress(found)
    throw new BgpError(
      'INVALID_INPUT',
      `peer ${config.name}`,
      `${JSON.stringify(given)} is no address; give one like 10.0.0.1`,
    )
  }
  for (const given of [sourceAddress, nextHops?.ipv4, nextHops?.ipv6]) if (given !== undefined) text(given)
  if (address !== LEARNT) return { ...config, address: text(address) }
  if (config.device !== undefined) return config
  throw new BgpError(
    'INVALID_INPUT',
    `peer ${config.name}`,
    'its address is to be learnt, and it has no device; say on which',
  )
}
