/** 4 or 6, of an address in canonical spelling. */
export function family(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4
}
