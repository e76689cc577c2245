import type { DraftedPlaces } from './drafted-places.ts'
import type { ServiceKey } from './key.ts'

/** A place that a search opened, for the occupant of `queue[from]`, which has to be able to write it by round `by`. */
interface Hop {
  readonly place: number
  readonly from: number
  readonly by: number
}

/** Buckets that a search for a free place may open. */
const SEARCH_LIMIT = 2000

/**
 * The shortest chain of places, each occupant moving to the next place, from a bucket of the key to a free place.
 * `latest` is the round by which the first place has to be writable: with Infinity, keys in use may move too.
 */
export function roomPath(places: DraftedPlaces, key: ServiceKey, latest: number): number[] | undefined {
  const { first, second } = places.buckets(key)
  const seen = new Set([first, second])
  const queue: Hop[] = []
  const open = (bucket: number, from: number, by: number): void => {
    for (let i = 0; i < places.shape.keys; i++) queue.push({ place: bucket * places.shape.keys + i, from, by })
  }
  open(first, -1, latest)
  if (second !== first) open(second, -1, latest)
  for (let at = 0; at < queue.length && seen.size < SEARCH_LIMIT; at++) {
    const { place, by } = queue[at]!
    const mover = moverAt(places, place, by)
    if (!mover) continue
    const free = places.freeIn(mover.to, mover.by)
    if (free !== undefined) return trace(queue, at, free)
    if (seen.has(mover.to)) continue
    seen.add(mover.to)
    open(mover.to, at, mover.by)
  }
  return undefined
}

/** Where a place's occupant can go, and by when it has to be writable, if the place shall be writable by round `by`. */
function moverAt(
  places: DraftedPlaces,
  place: number,
  by: number,
): { readonly to: number; readonly by: number } | undefined {
  const { entry, insert } = places.at(place)
  if (!entry || insert?.isCopy || (insert?.before ?? Infinity) > by) return undefined
  const { first, second } = places.buckets(entry.key)
  if (first === second) return undefined
  return { to: places.bucketOf(place) === first ? second : first, by: insert?.round ?? Infinity }
}

function trace(queue: readonly Hop[], last: number, free: number): number[] {
  const path = [free]
  for (let at = last; at >= 0; at = queue[at]!.from) path.unshift(queue[at]!.place)
  return path
}
