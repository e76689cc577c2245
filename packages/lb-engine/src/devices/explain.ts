import type { Explanation } from '@skep/device-detect'

/** A host of containers has thousands. */
const MOST_LEFT_OUT = 20

/** Why each device was chosen or left out, a line each. Where names alone choose, there is nothing to say. */
export function explainDevices(
  { explanations }: { readonly explanations: readonly Explanation[] },
  entries: readonly string[],
): string[] {
  if (explanations.every(({ rule }) => rule === 'not-named' || rule === 'named') && !entries.includes('auto')) return []
  const leftOut = explanations.filter(({ chosen }) => !chosen)
  const more = leftOut.length - MOST_LEFT_OUT
  return [
    ...explanations.filter(({ chosen }) => chosen).map(({ device, why }) => `device ${device}: chosen, ${why}`),
    ...leftOut.slice(0, MOST_LEFT_OUT).map(({ device, why }) => `device ${device}: left out, ${why}`),
    ...(more > 0 ? [`${more} more devices: left out`] : []),
  ]
}
