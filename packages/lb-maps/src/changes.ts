/** What a plan does to one service, for people to read. */
export interface ServiceChange {
  /** `10.0.0.1:80/TCP`. */
  readonly frontend: string
  readonly kind: 'add' | 'change' | 'remove'
  /** Slots of the ring before and after; 0 is no ring. */
  readonly slots: { readonly before: number; readonly after: number }
  /** Share of the ring, 0 to 1, that leads to another member than before. */
  readonly moved: number
  readonly members: { readonly added: number; readonly removed: number; readonly kept: number }
}
