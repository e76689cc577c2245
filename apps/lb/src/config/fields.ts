import { field, readAddress, Refusal, show, wrong } from '@skep/config-file'
import { cidrNetwork, formatCidr, tryParseCidr } from '@skep/packet'
import { rangeTrouble } from '@skep/lb-maps'
import { entryProblem } from '@skep/device-detect'
import type { PortRange } from '@skep/lb-engine'
import type { z } from 'zod'

/** A port, or 0. */
export const port: z.ZodType<number> = field({ type: 'integer', minimum: 0, maximum: 65535 }, (value) => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65535) return value
  throw new Refusal(wrong(value, 'a port', 'write a whole number from 1 to 65535, or 0 for every port'))
})

const namePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** A name as Kubernetes has them (RFC 1123 label). */
export const name: z.ZodType<string> = field({ type: 'string', pattern: namePattern.source }, (value) => {
  if (typeof value === 'string' && namePattern.test(value)) return value
  throw new Refusal(wrong(value, 'a name', 'write up to 63 of a–z, 0–9 and "-", like web-1'))
})

/** An address that one host can have: not unspecified, loopback, multicast, broadcast or link-local. */
export const hostAddress: z.ZodType<string> = field({ type: 'string' }, (value) => {
  const text = readAddress(value)
  const kind = text.includes(':') ? unusableIpv6(text) : unusableIpv4(Number.parseInt(text, 10), text)
  if (kind === undefined) return text
  throw new Refusal(`${show(text)} is ${kind}; write a host's own address`)
})

function unusableIpv4(first: number, text: string): string | undefined {
  if (first > 0 && first < 224 && first !== 127) return undefined
  if (text === '0.0.0.0') return 'the unspecified address'
  if (text === '255.255.255.255') return 'the broadcast address'
  if (first === 127) return 'a loopback address, which never leaves the host'
  return first >= 224 && first < 240 ? 'a multicast address' : 'a reserved address'
}

function unusableIpv6(text: string): string | undefined {
  if (text === '::') return 'the unspecified address'
  if (text === '::1') return 'a loopback address, which never leaves the host'
  if (text.startsWith('::ffff:')) return 'an IPv4 address in IPv6 clothes'
  if (text.startsWith('ff')) return 'a multicast address'
  return /^fe[89ab]/.test(text) ? 'link-local, which no router forwards' : undefined
}

/** A range of ports, both ends included. */
const portRangeText = /^(\d{1,5})-(\d{1,5})$/

/** `from-to`, as in net.ipv4.ip_local_reserved_ports. */
export const portRange: z.ZodType<PortRange> = field({ type: 'string', pattern: portRangeText.source }, (value) => {
  const match = typeof value === 'string' ? portRangeText.exec(value) : null
  const range = { from: Number(match?.[1]), to: Number(match?.[2]) }
  if (!match) throw new Refusal(`${show(value)} is not a range of ports; write it like 16384-32767`)
  if (range.from < 1024 || range.to > 65535)
    throw new Refusal(`${show(value)} leaves the usable ports; stay within 1024-65535`)
  if (range.to - range.from < 255)
    throw new Refusal(`${show(value)} has too few ports; it is what one backend's connections share: write 256 or more`)
  return range
})

/** An entry of `spec.devices`: `auto`, a name, a glob, and with `-` or `+` before them what to leave out or add. */
export const devicePattern: z.ZodType<string> = field({ type: 'string', pattern: '^[^\\s/:]+$' }, (value) => {
  const problem = entryProblem(value)
  if (typeof value === 'string' && problem === undefined) return value
  throw new Refusal(problem ?? wrong(value, 'a device', 'write a name'))
})

const timeText = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/** A moment (RFC 3339), as UTC in whole seconds: load balancers compare it with their clocks. */
export const time: z.ZodType<string> = field({ type: 'string', format: 'date-time' }, (value) => {
  const moment = typeof value === 'string' && timeText.test(value) ? new Date(value) : undefined
  if (moment && Number.isFinite(moment.getTime())) return `${moment.toISOString().slice(0, 19)}Z`
  throw new Refusal(wrong(value, 'a time', 'write one like 2030-01-31T12:00:00Z, as date -u +%FT%TZ prints'))
})

/** A prefix with room for addresses that tell flows apart, in canonical spelling. */
export const tunnelSource: z.ZodType<string> = field({ type: 'string' }, (value) => {
  const cidr = typeof value === 'string' ? tryParseCidr(value) : undefined
  if (cidr === undefined) throw new Refusal(wrong(value, 'a prefix', 'write one like 10.255.0.0/16 or "fd00:ff::/64"'))
  const network = formatCidr({ ...cidr, address: cidrNetwork(cidr) })
  if (network === value) return network
  throw new Refusal(`${show(value)} has bits behind its prefix; write ${network}`)
})

/** A prefix of client addresses, in canonical spelling. */
export const sourceRange: z.ZodType<string> = field({ type: 'string' }, (value) => {
  const trouble = rangeTrouble(value)
  if (trouble === undefined) return formatCidr(tryParseCidr(value as string)!)
  throw new Refusal(`${show(value)} ${trouble}`)
})

/** A 128-bit key in hex. */
export const hashKey: z.ZodType<string> = field({ type: 'string', pattern: '^[0-9a-fA-F]{32}$' }, (value) => {
  if (typeof value === 'string' && /^[\da-f]{32}$/i.test(value)) return value.toLowerCase()
  throw new Refusal(`${show(value)} is not a hash key; write 32 hex digits in quotes, as openssl rand -hex 16 prints`)
})
