import type { AttributeDecoder } from './decoder.ts'
import { bytes, string, u32, u64 } from './codecs.ts'
import { nested } from './nests.ts'
import { AttributeTable } from './table.ts'

interface Policy {
  type?: number
  minSigned?: bigint
  maxSigned?: bigint
  min?: bigint
  max?: bigint
  minLength?: number
  maxLength?: number
  mask?: bigint
}

/** What the kernel says beside an error number (`NETLINK_EXT_ACK`, since 4.12). */
export interface ExtendedAck {
  message?: string
  /** Offset of the attribute at fault, from the request's start. */
  offset?: number
  cookie?: Uint8Array
  /** What the attribute may be (since 5.10). */
  policy?: Policy
  /** The attribute that is missing (since 6.1), and the offset of the nest that misses it. */
  missingType?: number
  missingNest?: number
}

const policies: AttributeTable<Policy> = new AttributeTable<Policy>({
  type: [1, 'NL_POLICY_TYPE_ATTR_TYPE', u32],
  minSigned: [2, 'NL_POLICY_TYPE_ATTR_MIN_VALUE_S', u64],
  maxSigned: [3, 'NL_POLICY_TYPE_ATTR_MAX_VALUE_S', u64],
  min: [4, 'NL_POLICY_TYPE_ATTR_MIN_VALUE_U', u64],
  max: [5, 'NL_POLICY_TYPE_ATTR_MAX_VALUE_U', u64],
  minLength: [6, 'NL_POLICY_TYPE_ATTR_MIN_LENGTH', u32],
  maxLength: [7, 'NL_POLICY_TYPE_ATTR_MAX_LENGTH', u32],
  mask: [12, 'NL_POLICY_TYPE_ATTR_MASK', u64],
})

const acks: AttributeTable<ExtendedAck> = new AttributeTable<ExtendedAck>({
  message: [1, 'NLMSGERR_ATTR_MSG', string],
  offset: [2, 'NLMSGERR_ATTR_OFFS', u32],
  cookie: [3, 'NLMSGERR_ATTR_COOKIE', bytes],
  policy: [4, 'NLMSGERR_ATTR_POLICY', nested(policies)],
  missingType: [5, 'NLMSGERR_ATTR_MISS_TYPE', u32],
  missingNest: [6, 'NLMSGERR_ATTR_MISS_NEST', u32],
})

export function decodeExtendedAck(from: AttributeDecoder): ExtendedAck {
  return acks.decode(from)
}

/** A policy's bounds as words: `68 to 65535`, `at most 15 bytes`. */
export function describePolicy(policy: Policy | undefined): string | undefined {
  if (policy === undefined) return undefined
  const low = policy.min ?? signed(policy.minSigned)
  const high = policy.max ?? signed(policy.maxSigned)
  if (low !== undefined && high !== undefined) return `${low} to ${high}`
  if (policy.mask !== undefined) return `bits of 0x${policy.mask.toString(16)}`
  if (policy.minLength !== undefined && policy.maxLength !== undefined)
    return `${policy.minLength} to ${policy.maxLength} bytes`
  if (policy.maxLength !== undefined) return `at most ${policy.maxLength} bytes`
  return policy.minLength === undefined ? undefined : `at least ${policy.minLength} bytes`
}

function signed(value: bigint | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt.asIntN(64, value)
}
