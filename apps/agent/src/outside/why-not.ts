import type { OpenedOutside } from './open.ts'
import type { WhyNot } from './served.ts'

/** Why a destination is not served from outside. Where that is not asked for, somebody else does it. */
export function whyNotFromOutside({ settings, outside, trouble }: OpenedOutside): WhyNot {
  if (settings === undefined) return () => undefined
  if (outside === undefined) return () => trouble
  return (destination) => outside.whyNot(destination)
}
