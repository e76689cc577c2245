const protocols: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP' }

/** The name of an IP protocol that is balanced; the number of any other. */
export function protocolName(number: number): string {
  return protocols[number] ?? String(number)
}
