import { hopKey, type HopState, type NextHop } from '@skep/neighbor'
import type { Resolution } from './resolve.ts'

type Known = HopState & { readonly hop: NextHop }

/** The backends that nothing can be sent to, each with the reason: there is no way, or nobody on the way answers. Pure. */
export function outOfReach(
  { ways, unreachable }: Pick<Resolution, 'ways' | 'unreachable'>,
  states: readonly Known[],
): Map<string, string> {
  const silent = new Set(states.filter(({ phase }) => phase === 'failed').map(({ hop }) => hopKey(hop)))
  const without = [...unreachable].filter(([backend]) => !ways.has(backend))
  const cutOff = silent.size === 0 ? [] : [...ways].filter(([, hops]) => areSilent(hops, silent))
  return new Map([...without, ...cutOff.map(([backend, hops]) => [backend, reason(hops)] as const)])
}

function areSilent(hops: readonly NextHop[], silent: ReadonlySet<string>): boolean {
  return hops.length > 0 && hops.every((hop) => silent.has(hopKey(hop)))
}

function reason(hops: readonly NextHop[]): string {
  return `${hops.map(({ address }) => address).join(', ')} does not answer`
}
