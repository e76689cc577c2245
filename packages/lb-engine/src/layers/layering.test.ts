import { expect, test } from '@jest/globals'
import type { Link } from 'netlink-ts'
import { Layering } from './layering.ts'
import type { Arrival } from './plan.ts'

const bond = { index: 10, name: 'bond0', kind: 'bond', up: true }
const port = (index: number, master?: number): Partial<Link> => {
  return { index, name: `p${index}`, up: true, ...(master === undefined ? {} : { master }) }
}
const chosen = { devices: [{ index: 10, name: 'bond0' }], explanations: [] }

/** A host, and what the datapath is told of it. */
function host(...ports: Partial<Link>[]) {
  const links = [bond, ...ports] as Link[]
  let arrivals: readonly Arrival[] = []
  const done: string[] = []
  const layering = new Layering(() => links, {
    write: (layers) => {
      arrivals = layers.arrivals
      done.push('write')
    },
    turn: (on) => void done.push(on ? 'on' : 'off'),
  })
  const comes = (link: Partial<Link>, action: 'add' | 'change' | 'remove' = 'change'): string[] => {
    links.push(link as Link)
    done.length = 0
    layering.note({ type: 'link', action, value: link as Link })
    return done
  }
  return { layering, comes, done, known: () => arrivals.map((one) => one.port) }
}

test('a port that joins a chosen bond is told of at once, with the first one too', () => {
  const { layering, comes, done, known } = host()
  layering.tell(chosen, true)
  expect([done, known()]).toEqual([['off', 'write'], []])
  expect(comes(port(2, 10))).toEqual(['write', 'on'])
  expect(comes(port(3, 10), 'add')).toEqual(['write', 'on'])
  expect(known()).toEqual([2, 3])
})

test.each([
  ['known already', port(2, 10), 'change'],
  ['another bond’s', port(3, 11), 'change'],
  ['nobody’s', port(3), 'add'],
  ['gone', port(3, 10), 'remove'],
] as const)('a port that is %s changes nothing until the next round', (_, link, action) => {
  const { layering, comes } = host(port(2, 10))
  layering.tell(chosen, true)
  expect(comes(link, action)).toEqual([])
})

test('where tags are out of sight the datapath does not look, whatever joins', () => {
  const { layering, comes, done } = host(port(2, 10))
  layering.tell(chosen, true)
  layering.withhold()
  expect(done).toEqual(['write', 'on', 'off'])
  expect(comes(port(3, 10))).toEqual(['off', 'write'])
})

test('what is missed, and what is not about devices, is left to the next round', () => {
  const { layering, done } = host(port(2, 10))
  layering.tell(chosen, true)
  done.length = 0
  layering.note()
  layering.note({ type: 'resync', reason: 'overrun', changes: [] })
  expect(done).toEqual([])
})
