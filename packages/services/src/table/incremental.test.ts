import { expect, test } from '@jest/globals'
import { keyOf } from '@skep/kube'
import * as fc from 'fast-check'
import { IdPool } from '../backends/ids.ts'
import { computeServices } from '../compute.ts'
import type { Backend } from '../model/backend.ts'
import type { Frontend } from '../model/frontend.ts'
import { plan, type Step } from '../plan.ts'
import { service, slice } from '../test/build.ts'
import { happening, type Happening } from '../test/world.ts'
import { frontendKey } from './claims-of.ts'
import type { Source } from './inputs.ts'
import { ServiceTable } from './table.ts'

const options = { nodeName: 'n1' }

interface View {
  readonly frontends: Iterable<Frontend>
  readonly backends: Iterable<Backend>
}

/** Everything, with backends by what they are in place of ids, in a fixed order. */
function normal({ frontends, backends }: View): object {
  const names = new Map([...backends].map(({ id, ...rest }) => [id, rest]))
  const all = [...frontends].map(({ members, leftOut, ...rest }) => ({
    ...rest,
    leftOut: leftOut.map((id) => names.get(id)),
    members: members.map(({ backend, weight }) => ({ ...names.get(backend), weight })),
  }))
  const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
  return { frontends: all.toSorted(byText), backends: [...names.values()].toSorted(byText) }
}

function viewOf(table: ServiceTable): View {
  return { frontends: [...table.frontends()], backends: [...table.backends()] }
}

/** Takes what happens in, and keeps the objects that there are. */
function happen(table: ServiceTable, objects: Map<string, Source>, { object, isDeleted }: Happening): void {
  const key = `${object.kind} ${keyOf(object)}`
  if (isDeleted && object.kind !== 'Node') {
    objects.delete(key)
    table.delete(object)
  } else {
    objects.set(key, object)
    table.set(object)
  }
}

/** Does what the steps say to what a datapath has. */
function apply(
  state: { frontends: Map<string, Frontend>; backends: Map<number, Backend> },
  steps: readonly Step[],
): void {
  for (const step of steps) {
    if (step.do === 'set-backend') state.backends.set(step.backend.id, step.backend)
    if (step.do === 'remove-backend') state.backends.delete(step.backend.id)
    if (step.do === 'remove-frontend') state.frontends.delete(frontendKey(step.frontend))
    if (step.do !== 'set-frontend') continue
    // No connection meets a member that is not there yet.
    for (const { backend } of step.frontend.members) expect(state.backends.has(backend)).toBe(true)
    state.frontends.set(frontendKey(step.frontend), step.frontend)
  }
}

const rounds = fc.array(
  fc.record({ changes: fc.array(happening, { maxLength: 5 }), seconds: fc.constantFrom(0, 1, 4) }),
  {
    minLength: 1,
    maxLength: 15,
  },
)

test('round by round it arrives at what a fresh computation of all objects arrives at', () => {
  fc.assert(
    fc.property(rounds, (all) => {
      const table = new ServiceTable(options)
      const objects = new Map<string, Source>()
      let now = 1000
      for (const { changes, seconds } of all) {
        now += seconds
        for (const change of changes) happen(table, objects, change)
        table.update(now)
        const draining = [...table.drains].map(({ backend, since }) => [backend, since] as const)
        const fresh = computeServices([...objects.values()].toReversed(), options, now, { draining })
        expect(normal(viewOf(table))).toEqual(normal(fresh))
        const statuses = (one: Iterable<{ name: string; kind: string; status: string }>): string[] =>
          [...one].map(({ kind, name, status }) => `${kind} ${name} ${status}`).toSorted()
        expect(statuses(table.services())).toEqual(statuses(fresh.services))
      }
    }),
  )
})

test('what rounds say has changed is the difference: a datapath that follows has everything, and nothing else', () => {
  fc.assert(
    fc.property(rounds, (all) => {
      const table = new ServiceTable(options)
      const objects = new Map<string, Source>()
      const follower = { frontends: new Map<string, Frontend>(), backends: new Map<number, Backend>() }
      let now = 1000
      for (const { changes, seconds } of all) {
        now += seconds
        for (const change of changes) happen(table, objects, change)
        const { frontends, backends } = table.update(now)
        for (const one of backends.set) follower.backends.set(one.id, one)
        for (const one of frontends.set) follower.frontends.set(frontendKey(one), one)
        for (const one of frontends.removed) follower.frontends.delete(frontendKey(one))
        for (const one of backends.removed) follower.backends.delete(one.id)
        const held = { frontends: follower.frontends.values(), backends: follower.backends.values() }
        expect(plan(viewOf(table), held)).toEqual([])
      }
    }),
  )
})

test('a plan from any state leads to what is desired', () => {
  fc.assert(
    fc.property(rounds, rounds, (first, second) => {
      const views = [first, second].map((all) => {
        const table = new ServiceTable(options)
        for (const { changes } of all) for (const change of changes) happen(table, new Map(), change)
        table.update(1000)
        return viewOf(table)
      })
      const [actual, desired] = views as [View, View]
      const state = {
        frontends: new Map([...actual.frontends].map((one) => [frontendKey(one), one])),
        backends: new Map([...actual.backends].map((one) => [one.id, one])),
      }
      apply(state, plan(desired, actual))
      expect(normal({ frontends: state.frontends.values(), backends: state.backends.values() })).toEqual(
        normal(desired),
      )
    }),
  )
})

test('after any churn nothing is left over: without services there are no frontends, backends, drains, claims or ids', () => {
  fc.assert(
    fc.property(rounds, (all) => {
      const table = new ServiceTable(options)
      const objects = new Map<string, Source>()
      let now = 1000
      for (const { changes, seconds } of all) {
        now += seconds
        for (const change of changes) happen(table, objects, change)
        table.update(now)
        const ids = [...table.backends()].map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        expect(table.ids.used).toBe(ids.length)
      }
      for (const object of objects.values()) if (object.kind !== 'Node') table.delete(object)
      table.update(now)
      expect(normal(viewOf(table))).toEqual({ frontends: [], backends: [] })
      expect([table.ids.used, [...table.drains], [...table.services()]]).toEqual([0, [], []])
    }),
  )
})

test('one slice that changes has its service alone looked at', () => {
  const table = new ServiceTable(options)
  for (const name of ['a', 'b', 'c']) {
    table.set(service(name, { clusterIPs: [`10.96.0.${name.charCodeAt(0)}`] }))
    table.set(slice(name, ['10.0.0.1']))
  }
  expect(table.update(0).computed).toBe(3)
  table.set(slice('b', ['10.0.0.1', '10.0.0.2']))
  const { computed, frontends, backends } = table.update(1)
  expect([computed, frontends.set.length, backends.set.length, backends.removed.length]).toEqual([1, 1, 1, 0])
  expect(table.update(2)).toEqual({
    computed: 0,
    concerned: new Set(),
    frontends: { set: [], removed: [] },
    backends: { set: [], removed: [] },
  })
})

test('a backend of two services is one, until both have let go of it', () => {
  const table = new ServiceTable(options)
  for (const name of ['a', 'b']) {
    table.set(service(name, { clusterIPs: [`10.96.0.${name.charCodeAt(0)}`] }))
    table.set(slice(name, [{ address: '10.0.0.1', is: name === 'a' ? 'terminating' : 'ready' }]))
  }
  table.update(0)
  // One slice may know earlier than the other.
  expect([...table.backends()]).toEqual([{ id: 1, address: '10.0.0.1', port: 8080, protocol: 'TCP', state: 'active' }])
  table.delete(slice('b', []))
  expect(table.update(1).backends).toMatchObject({ set: [{ id: 1, state: 'terminating' }], removed: [] })
  table.delete(slice('a', []))
  expect(table.update(2).backends).toMatchObject({ set: [], removed: [{ id: 1 }] })
})

test('a backend keeps its id over a restart', () => {
  const ids = new IdPool(100, [{ key: 'TCP 10.0.0.1:8080', id: 77 }])
  const table = new ServiceTable(options, { ids })
  table.set(service('web'))
  table.set(slice('web', ['10.0.0.2', '10.0.0.1']))
  table.update(0)
  expect([...table.backends()].map(({ address, id }) => `${address} ${id}`)).toEqual(['10.0.0.2 78', '10.0.0.1 77'])
})
