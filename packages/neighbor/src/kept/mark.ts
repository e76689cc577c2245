import type { Neighbor } from 'netlink-ts'

/**
 * Who made an entry (`NDA_PROTOCOL`, Linux 5.0; `ip neigh` shows it as `proto 83`). So what an earlier run left is known
 * for its own, whatever became of its notes.
 */
export const KEEPER_PROTOCOL = 83

/** Whether a keeper made it. Who replaces an entry takes the flag off it, but not the mark. Older kernels do not say. */
export function isMarked({ protocol, flags }: Pick<Neighbor, 'protocol' | 'flags'>): boolean {
  return protocol === KEEPER_PROTOCOL && flags.includes('extern_learn')
}
