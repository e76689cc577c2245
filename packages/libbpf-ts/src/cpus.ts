import { readFileSync } from 'node:fs'

let known: number | undefined

/** How many CPUs a list like `0-3,8` names. */
export function countCpus(list: string): number {
  return list
    .trim()
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0)
}

/**
 * The number of CPUs that this machine may ever have: per-CPU maps have one value for each.
 *
 * Minimum kernel: any. Equivalent to: `cat /sys/devices/system/cpu/possible`.
 */
export function possibleCpus(): number {
  return (known ??= countCpus(readFileSync('/sys/devices/system/cpu/possible', 'utf8')))
}
