import { address, s32, string, u32, u8 } from '../wire/codecs.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'

/** Size of `struct ifaddrmsg`. */
export const IFADDRMSG = 8

/** `struct ifa_cacheinfo`: lifetimes in seconds, 2^32−1 is for ever; times of creation and change in 1/100 s. */
export interface Lifetimes {
  preferred: number
  valid: number
}

export interface AddressAttributes {
  address?: string
  local?: string
  label?: string
  broadcast?: string
  lifetimes?: Lifetimes
  flags?: number
  metric?: number
  netnsid?: number
  protocol?: number
}

const lifetimes: AttributeCodec<Lifetimes> = {
  encode: (to, value) => void to.u32(value.preferred).u32(value.valid).u32(0).u32(0),
  decode(from) {
    const view = from.view()
    if (view.byteLength >= 8) return { preferred: view.getUint32(0, true), valid: view.getUint32(4, true) }
    from.fail(`IFA_CACHEINFO has ${view.byteLength} bytes, expected 16`)
    return { preferred: 0, valid: 0 }
  },
}

export const addressAttributes: AttributeTable<AddressAttributes> = new AttributeTable<AddressAttributes>({
  address: [1, 'IFA_ADDRESS', address],
  local: [2, 'IFA_LOCAL', address],
  label: [3, 'IFA_LABEL', string],
  broadcast: [4, 'IFA_BROADCAST', address],
  lifetimes: [6, 'IFA_CACHEINFO', lifetimes],
  flags: [8, 'IFA_FLAGS', u32],
  metric: [9, 'IFA_RT_PRIORITY', u32],
  netnsid: [10, 'IFA_TARGET_NETNSID', s32],
  protocol: [11, 'IFA_PROTO', u8],
})
