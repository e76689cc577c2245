import { readPlace, shapes, tableOf } from '../src/bucket.ts'
import { keyText } from '../src/key.ts'
import type { LbMaps } from '../src/maps.ts'
import type { Step } from '../src/steps.ts'

const seen = new Set(['publish-service', 'set-service', 'set-slots', 'clear-key'])
const reclaims = new Set(['zero', 'zero-members', 'zero-service'])

/**
 * The rules of publication, by the steps alone: a place is written again only after a grace period, a key that moves is in
 * its new place for a grace period before it leaves the old one, and nothing is zeroed in the span in which it was taken
 * out of sight. `maps`: as they are before the steps.
 */
export function checkOrder(steps: readonly Step[], maps: LbMaps): void {
  const places = contentsOf(maps)
  const clearedIn = new Map<string, number>()
  const insertedIn = new Map<string, number>()
  let span = 0
  let hidden = -1
  for (const step of steps) {
    if (step.do === 'grace') span++
    if (seen.has(step.do)) hidden = span
    if (reclaims.has(step.do) && hidden === span) throw new Error(`${step.do} without a grace period before it`)
    if (step.do === 'insert-key') {
      const place = `${step.shape.table} ${step.place}`
      if (places.has(place)) throw new Error(`place ${place} is not free`)
      if (clearedIn.get(place) === span) throw new Error(`place ${place} is written again at once`)
      places.set(place, keyText(step.key))
      insertedIn.set(keyText(step.key), span)
    }
    if (step.do === 'clear-key') {
      const place = `${step.shape.table} ${step.place}`
      if (insertedIn.get(places.get(place)!) === span) throw new Error(`${place} loses a key that has just been copied`)
      places.delete(place)
      clearedIn.set(place, span)
    }
  }
}

function contentsOf(maps: LbMaps): Map<string, string> {
  const places = new Map<string, string>()
  for (const shape of shapes) {
    const table = tableOf(maps, shape)
    for (let place = 0; place < table.entries * shape.keys; place++) {
      const entry = readPlace(table, shape, place)
      if (entry) places.set(`${shape.table} ${place}`, keyText(entry.key))
    }
  }
  return places
}
