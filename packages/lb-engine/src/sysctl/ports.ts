import type { PortRange } from '../model/settings.ts'

/** A set of ports, as `net.ipv4.ip_local_reserved_ports` writes it: `8080,9148,16384-32767`. */
export type Ports = ReadonlySet<number>

/** Parses the kernel's list. */
export function parsePorts(text: string): Set<number> {
  const ports = new Set<number>()
  for (const range of parseRanges(text)) addRange(ports, range)
  return ports
}

function parseRanges(text: string): PortRange[] {
  const parts = text.split(',').map((part) => part.trim())
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const [from, to = from] = part.split('-').map(Number)
      return { from: from!, to: to! }
    })
}

/** Formats in the shortest form that the kernel itself prints. */
export function formatPorts(ports: Ports): string {
  const parts: string[] = []
  const sorted = [...ports].toSorted((a, b) => a - b)
  for (let i = 0; i < sorted.length;) {
    let end = i
    while (sorted[end + 1] === sorted[end]! + 1) end++
    parts.push(end === i ? `${sorted[i]}` : `${sorted[i]}-${sorted[end]}`)
    i = end + 1
  }
  return parts.join(',')
}

/** The list with a range added. It is asked for in every round, and mostly there already. */
export function withRange(text: string, range: PortRange): string {
  if (parseRanges(text).some(({ from, to }) => from <= range.from && to >= range.to)) return text
  const ports = parsePorts(text)
  addRange(ports, range)
  return formatPorts(ports)
}

/** The list with a range taken out, but for what `keep` holds. */
export function withoutRange(text: string, range: PortRange, keep: Ports): string {
  const ports = parsePorts(text)
  for (let port = range.from; port <= range.to; port++) if (!keep.has(port)) ports.delete(port)
  return formatPorts(ports)
}

function addRange(ports: Set<number>, { from, to }: PortRange): void {
  for (let port = from; port <= to; port++) ports.add(port)
}
