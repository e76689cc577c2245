import { explainIpv4, tryParseIpv4 } from './ipv4.ts'

const right = 'write eight groups of up to four hex digits, like 2001:db8:0:0:0:0:0:1, or 2001:db8::1 for short'

/** Why a text is not an IPv6 address; the first rule that it breaks. */
export function explainIpv6(text: string): string {
  const zone = text.indexOf('%')
  if (zone >= 0)
    return `a zone (${text.slice(zone)}) names a device and is no part of an address; write ${text.slice(0, zone)}`
  if (text.includes('/')) return 'it has a prefix length; write the address alone'
  if (/::.*::|:::/.test(text)) return `"::" may stand only once; ${right}`
  if (/^:(?!:)|(?<!:):$/.test(text)) return `a single ":" stands at an end; ${right}`
  return explainGroups(text)
}

function explainGroups(text: string): string {
  const groups = text.split(':').filter((group) => group !== '')
  const tail = text.endsWith(':') || !groups.at(-1)?.includes('.') ? undefined : groups.pop()
  if (tail !== undefined && tryParseIpv4(tail) === undefined) return `in its IPv4 tail ${explainIpv4(tail)}`
  const odd = groups.find((group) => !/^[\da-f]+$/i.test(group))
  if (odd !== undefined) return `${JSON.stringify(odd)} is not a hex number; ${right}`
  const long = groups.find((group) => group.length > 4)
  if (long !== undefined) return `the group ${long} has more than four digits; ${right}`
  const count = groups.length + (tail === undefined ? 0 : 2)
  if (count === 8) return `"::" would stand for nothing; ${right}`
  return `it has ${count} group${count === 1 ? '' : 's'}; ${right}`
}
