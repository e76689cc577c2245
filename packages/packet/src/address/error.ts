/** What kind of text was refused. */
export type AddressErrorCode = 'INVALID_IPV4' | 'INVALID_IPV6' | 'INVALID_ADDRESS' | 'INVALID_CIDR' | 'INVALID_MAC'

/** Thrown by the `parse…` functions; `message` names the value, what is wrong with it and what would be right. */
export class AddressError extends Error {
  override readonly name = 'AddressError'
  readonly code: AddressErrorCode
  /** The text that was refused. */
  readonly value: string
  /** What is wrong with it, without the value. */
  readonly reason: string

  constructor(code: AddressErrorCode, value: string, reason: string) {
    super(`${JSON.stringify(value)} is not ${kinds[code]}: ${reason}`)
    this.code = code
    this.value = value
    this.reason = reason
  }
}

const kinds: Record<AddressErrorCode, string> = {
  INVALID_IPV4: 'an IPv4 address',
  INVALID_IPV6: 'an IPv6 address',
  INVALID_ADDRESS: 'an IP address',
  INVALID_CIDR: 'a CIDR',
  INVALID_MAC: 'a MAC address',
}
