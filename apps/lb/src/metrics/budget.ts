/** How many rows of each kind may have series of their own. */
export interface Rooms {
  readonly services: number
  readonly backends: number
}

/** What there is to show, and how many series a row of each kind takes. */
export interface Demand {
  /** Series left of the budget. */
  readonly room: number
  readonly services: number
  readonly backends: number
  readonly perService: number
  readonly perBackend: number
  /** A frontend's `other`: what its folded backends add up to. */
  readonly perOther: number
}

/** Shares the budget out. Services come first; each that has folded backends needs room for its `other`, too. */
export function shareOut({ room, services, backends, perService, perBackend, perOther }: Demand): Rooms {
  if (services * perService + backends * perBackend <= room) return { services, backends }
  const left = room - services * (perService + perOther)
  if (left >= 0) return { services, backends: Math.floor(left / perBackend) }
  // One more for the services that are folded themselves.
  return { services: Math.max(0, Math.floor(room / (perService + perOther)) - 1), backends: 0 }
}
