/** What a program answers by its return value, by name. */
export type Actions = Readonly<Record<string, number>>

/** `enum xdp_action`. */
export const xdpActions: Readonly<Record<XdpAction, number>> = { ABORTED: 0, DROP: 1, PASS: 2, TX: 3, REDIRECT: 4 }
export type XdpAction = 'ABORTED' | 'DROP' | 'PASS' | 'TX' | 'REDIRECT'

/** `TC_ACT_*`. */
export const tcActions: Readonly<Record<TcAction, number>> = {
  UNSPEC: -1,
  OK: 0,
  SHOT: 2,
  PIPE: 3,
  STOLEN: 4,
  REDIRECT: 7,
}
export type TcAction = 'UNSPEC' | 'OK' | 'SHOT' | 'PIPE' | 'STOLEN' | 'REDIRECT'

/** One golden packet: what goes in, what must come out. */
export interface GoldenRow<Action extends string = XdpAction> {
  readonly name: string
  /** From the Ethernet header on. A function is called after `before`. */
  readonly packet: Uint8Array | (() => Uint8Array)
  /** The program's context, as `xdpContext()` or `skbContext()` of libbpf-ts make it. */
  readonly context?: (packet: Uint8Array) => Uint8Array
  readonly expect: {
    readonly action: Action
    /**
     * Every byte of the packet afterwards. A function is given the packet that came out, for what only the program
     * knows beforehand (a port that it chose), and returns what it must be. Left out: not looked at.
     */
    readonly packet?: Uint8Array | 'unchanged' | ((found: Uint8Array) => Uint8Array)
  }
  /** Prepares maps. */
  readonly before?: () => void
  /** Looks at what else must have happened: counters, map entries. Throws what is wrong. */
  readonly after?: () => void
}

/** What runs the rows: a `Program` of libbpf-ts. */
export interface GoldenProgram {
  /** One run, not attached to anything: `bpftool prog run`. */
  testRun(options: { data: Uint8Array; context?: Uint8Array }): {
    readonly returnValue: number
    readonly data: Uint8Array
  }
}
