import { ServiceFlag } from '@skep/datapath/lb-xdp'

/** How a service's packets reach its backends: with their source translated, or as they are, by one of three ways. */
export type Mode = 'snat' | 'dsr-ipip' | 'dsr-l2' | 'dsr-option'

/** What a mode asks of a service. */
export interface ModeRules {
  /** Of struct service. */
  readonly flag: number
  /** Nothing but the destination's MAC, or nothing at all, is changed: the backend sees the frontend's port. */
  readonly keepsPort: boolean
  /** The packet is carried inside another, whose family may be another one. */
  readonly mixesFamilies: boolean
  /** Does it need an own address towards the backend? `unless-tunnel`: only where no tunnel prefix is configured. */
  readonly source: 'always' | 'unless-tunnel' | 'never'
}

export const modes: Readonly<Record<Mode, ModeRules>> = {
  snat: { flag: 0, keepsPort: false, mixesFamilies: false, source: 'always' },
  'dsr-ipip': {
    flag: ServiceFlag.SERVICE_DSR_IPIP,
    keepsPort: true,
    mixesFamilies: true,
    source: 'unless-tunnel',
  },
  'dsr-l2': { flag: ServiceFlag.SERVICE_DSR_L2, keepsPort: true, mixesFamilies: false, source: 'never' },
  'dsr-option': { flag: ServiceFlag.SERVICE_DSR_OPTION, keepsPort: false, mixesFamilies: false, source: 'never' },
}

const DSR = ServiceFlag.SERVICE_DSR_IPIP | ServiceFlag.SERVICE_DSR_L2 | ServiceFlag.SERVICE_DSR_OPTION

/** The mode that a service's flags stand for. */
export function modeOf(flags: number): Mode {
  return (Object.keys(modes) as Mode[]).find((mode) => modes[mode].flag === (flags & DSR)) ?? 'snat'
}

export function isRandom(flags: number): boolean {
  return (flags & ServiceFlag.SERVICE_RANDOM) !== 0
}

export function hasAffinity(flags: number): boolean {
  return (flags & ServiceFlag.SERVICE_AFFINITY) !== 0
}

export function isQuic(flags: number): boolean {
  return (flags & ServiceFlag.SERVICE_QUIC) !== 0
}

/**
 * Does a slot of such a service remember who had it when it changes hands? Translated connections without affinity are
 * kept by the NAT table. A service that chooses at random records each flow instead.
 */
export function remembersMoves(flags: number): boolean {
  return !isRandom(flags) && ((flags & DSR) !== 0 || hasAffinity(flags))
}

/** Is every flow of such a service recorded, for as long as it lives? */
export function recordsEverything(flags: number): boolean {
  return isRandom(flags) && (flags & DSR) !== 0
}
