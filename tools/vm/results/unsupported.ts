/** Why a kernel does not load a program, and from which one on it does. */
export interface Unsupported {
  readonly needs: string
  readonly since: string
}

/** Kernel of the matrix → program → what it lacks for it. */
export type UnsupportedTable = Readonly<Record<string, Readonly<Record<string, Unsupported>>>>

const ATOMICS: Unsupported = { needs: 'compare-and-swap', since: '5.12' }
const COARSE_CLOCK: Unsupported = { needs: 'the coarse clock, bpf_ktime_get_coarse_ns', since: '5.11' }
const MEMORY_KEY: Unsupported = {
  needs: 'a map key in memory that a global function was given',
  since: '6.2',
}
const BOUNDS: Unsupported = {
  needs: 'a verifier that remembers the bounds of the copy of a register',
  since: '6.12, of those tried',
}

/** The load balancer's program, in each object that has it. */
const BALANCER = [
  ...['lb_xdp', 'lb_xdp_capture', 'flow_race', 'no_headroom', 'told_route'].map((object) => `${object}/lb_xdp`),
  ...['lb_tc', 'lb_tc_capture', 'no_headroom_tc', 'told_route_tc'].map((object) => `${object}/lb_tc`),
]

/**
 * What does not load on which kernel. The run fails for a program that is refused and not named here, and for one that is
 * named here and loads: then its row goes.
 */
export const UNSUPPORTED: UnsupportedTable = {
  '5.10': {
    ...Object.fromEntries(BALANCER.map((program) => [program, ATOMICS])),
    'lb_xdp_capture/lb_xdp_capture': ATOMICS,
    'lb_tc_capture/lb_tc_capture': ATOMICS,
    'decap/decap_egress': COARSE_CLOCK,
  },
  '6.1': {
    ...Object.fromEntries(BALANCER.map((program) => [program, MEMORY_KEY])),
    'lb_xdp_capture/lb_xdp_capture': BOUNDS,
    'lb_tc_capture/lb_tc_capture': BOUNDS,
    'capture/capture': BOUNDS,
    'capture_tc/capture': BOUNDS,
  },
}
