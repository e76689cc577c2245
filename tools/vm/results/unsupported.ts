/** Why a kernel does not load a program, and from which one on it does. */
export interface Unsupported {
  readonly needs: string
  readonly since: string
}

/** Kernel of the matrix → program → what it lacks for it. */
export type UnsupportedTable = Readonly<Record<string, Readonly<Record<string, Unsupported>>>>

const ATOMICS: Unsupported = { needs: 'compare-and-swap', since: '5.12' }

/** The load balancer's program in objects for tests, which old kernels have none of their own of. */
const FOR_TESTS = [
  ...['flow_race', 'no_headroom', 'told_route'].map((object) => `${object}/lb_xdp`),
  ...['no_headroom_tc', 'told_route_tc'].map((object) => `${object}/lb_tc`),
  'reply_race/reply_race',
]

/**
 * What does not load on which kernel. The run fails for a program that is refused and not named here, and for one that is
 * named here and loads: then its row goes.
 */
export const UNSUPPORTED: UnsupportedTable = {
  '5.10': Object.fromEntries(FOR_TESTS.map((program) => [program, ATOMICS])),
}
