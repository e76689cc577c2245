import type { PortRange } from '../config/fields.ts'

/** A set of ports, as `net.ipv4.ip_local_reserved_ports` writes it: `8080,9148,16384-32767`. */
export type Ports = ReadonlySet<number>

/** Parses the kernel's list. */
export function parsePorts(text: string): Set<number> {
  const ports = new Set<number>()
  for (const part of text.split(',').map((part) => part.trim())) {
    if (part === '') continue
    const [from, to = from] = part.split('-').map(Number)
    addRange(ports, { from: from!, to: to! })
  }
  return ports
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

/** The list with a range added. */
export function withRange(text: string, range: PortRange): string {
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
