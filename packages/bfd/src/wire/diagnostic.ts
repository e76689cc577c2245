/** Why a session went down, as its packets say it (RFC 5880, 4.1). */
export const Diagnostic = {
  none: 0,
  detectionTimeExpired: 1,
  echoFailed: 2,
  neighborSignaledDown: 3,
  forwardingPlaneReset: 4,
  pathDown: 5,
  concatenatedPathDown: 6,
  administrativelyDown: 7,
  reverseConcatenatedPathDown: 8,
} as const

const texts: readonly string[] = [
  'no diagnostic',
  'control detection time expired',
  'echo function failed',
  'neighbor signaled session down',
  'forwarding plane reset',
  'path down',
  'concatenated path down',
  'administratively down',
  'reverse concatenated path down',
]

/** A diagnostic in the words of RFC 5880; those above 8 are reserved. */
export function diagnosticText(diagnostic: number): string {
  return texts[diagnostic] ?? `reserved diagnostic ${diagnostic}`
}
