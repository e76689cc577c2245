import { Refusal, wrong } from '@skep/config-file'
import { tryParseCidr, tryParseIpv4 } from '@skep/packet'

/** A prefix of one family, in CIDR notation. */
export function cidrOf(family: 4 | 6): (text: string) => void {
  const example = family === 4 ? '10.0.0.0/8' : '2001:db8::/32'
  return (text) => {
    if (tryParseCidr(text)?.address.family === family) return
    throw new Refusal(wrong(text, `an IPv${family} prefix`, `write one like ${example}`))
  }
}

export function ipv4Address(text: string): void {
  if (tryParseIpv4(text) === undefined) throw new Refusal(wrong(text, 'an IPv4 address', 'write one like 169.254.42.1'))
}

export function absolutePath(text: string): void {
  if (!text.startsWith('/')) throw new Refusal(wrong(text, 'an absolute path', 'begin it with /'))
}

/** `host:port`, `[host]:port` or `:port` to listen on. */
export function listenAddress(text: string): void {
  const [, port] = /^(?:[^:]*|\[[\da-f:.]+\]):(\d{1,5})$/i.exec(text) ?? []
  if (port !== undefined && Number(port) > 0 && Number(port) < 65_536) return
  throw new Refusal(wrong(text, 'an address to listen on', 'write one like 0.0.0.0:10256, [::]:10256 or :10256'))
}

/** Where the API server is: a URL, or host:port. */
export function serverAddress(text: string): void {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `https://${text}`)
  if (url !== null && url.hostname !== '' && url.pathname === '/') return
  throw new Refusal(wrong(text, 'the address of an API server', 'write one like https://10.0.0.1:6443'))
}

const SEED_BYTES = 12

/** Base64 of 12 bytes, as Cilium has it. */
export function hashSeed(text: string): void {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === SEED_BYTES && bytes.toString('base64') === text) return
  throw new Refusal(wrong(text, 'a seed', 'write the base64 of 12 bytes, from: head -c12 /dev/urandom | base64'))
}
