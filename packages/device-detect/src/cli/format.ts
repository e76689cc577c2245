import { table } from '@skep/terminal'
import type { Detection } from '../detect/types.ts'
import type { Roles } from '../roles/types.ts'

const titles = ['DEVICE', 'KIND', 'CHOSEN', 'RULE', 'WHY'] as const

/** A table of all devices, the chosen ones first, and what is to be said beside it. */
export function formatDetection({ explanations, problems, warnings }: Detection, roles: Roles): string {
  const chosenFirst = explanations.toSorted((a, b) => Number(b.chosen) - Number(a.chosen))
  const rows = chosenFirst.map((one) => [one.device, one.kind, one.chosen ? 'yes' : 'no', one.rule, one.why])
  return [
    ...table([[...titles], ...rows], { left: titles.length }),
    '',
    `direct routing: ${roleWords(roles.directRouting)}`,
    `IPv6 multicast: ${roleWords(roles.ipv6Multicast)}`,
    ...problems.map(({ message }) => `error: ${message}`),
    ...warnings.map(({ message }) => `warning: ${message}`),
  ].join('\n')
}

function roleWords({ device, why }: Roles['directRouting']): string {
  return device === undefined ? `none: ${why}` : `${device}: ${why}`
}
