import { formatAddress, tryParseAddress } from '@skep/packet'
import { wrong } from '../error.ts'
import { checkParameters, defaultParameters, type SessionParameters } from '../machine/config.ts'

/** A session that is wanted. Peer, source, device and kind name it; the rest may change while it runs. */
export interface SessionConfig extends SessionParameters {
  readonly peer: string
  /** The own address; by default the one that the route prefers. */
  readonly source?: string | undefined
  /** The name of the device; a link-local peer needs it. */
  readonly device?: string | undefined
  /** Routers may be on the way (RFC 5883); else the peer is a neighbour (RFC 5881). */
  readonly multihop: boolean
  /** Multihop: packets that arrive with fewer hops left are discarded (RFC 5883, 5). */
  readonly minHops: number
}

/** A session as a caller writes it: the peer, and what is not as usual. */
export type SessionOptions = Partial<SessionConfig> & Pick<SessionConfig, 'peer'>

const fields: readonly (keyof SessionConfig)[] = [
  'peer',
  'source',
  'device',
  'multihop',
  'minHops',
  'transmitMs',
  'receiveMs',
  'multiplier',
  'passive',
  'adminDown',
]

/** The whole configuration, addresses in canonical spelling. Throws `INVALID_INPUT`, naming field, value and what is right. */
export function sessionConfig(options: SessionOptions): SessionConfig {
  const operation = `BFD session with ${options.peer}`
  for (const key of Object.keys(options))
    if (!fields.includes(key as keyof SessionConfig))
      wrong(operation, key, 'an unknown field', `one of ${fields.join(', ')}`)
  const config = { multihop: false, minHops: 1, ...defaultParameters, ...options }
  checkParameters(operation, config)
  const { multihop, minHops, device } = config
  if (typeof multihop !== 'boolean') wrong(operation, 'multihop', multihop, 'true or false')
  if (!Number.isInteger(minHops) || minHops < 1 || minHops > 255)
    wrong(operation, 'minHops', minHops, 'a whole number from 1 to 255')
  if (device !== undefined && (typeof device !== 'string' || !/^[^\s/]{1,15}$/.test(device)))
    wrong(operation, 'device', device, 'a device name like "eth0"')
  const peer = canonical(operation, 'peer', config.peer)
  const source = config.source === undefined ? undefined : canonical(operation, 'source', config.source)
  if (source !== undefined && source.includes(':') !== peer.includes(':'))
    wrong(operation, 'source', source, `an address of the family of ${peer}`)
  if (isLinkLocal(peer) && device === undefined)
    wrong(operation, 'device', device, 'the device by which the link-local peer is reached')
  return { ...config, peer, source }
}

/** What names a session, in one line: `10.0.0.2 from 10.0.0.1 by eth0`. */
export function sessionKey({ peer, source, device, multihop }: SessionConfig): string {
  const from = source === undefined ? '' : ` from ${source}`
  const by = device === undefined ? '' : ` by ${device}`
  return `${peer}${from}${by}${multihop ? ' multihop' : ''}`
}

export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}

function canonical(operation: string, field: string, value: string): string {
  const address = typeof value === 'string' ? tryParseAddress(value) : undefined
  if (address === undefined) return wrong(operation, field, value, 'an address like "10.0.0.1" or "2001:db8::1"')
  return formatAddress(address)
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/.test(address)
}
