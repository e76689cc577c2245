import { expect, test } from '@jest/globals'
import type { LoadedObject } from '../object/loaded-object.ts'
import { codeOf, errorOf } from '../testing/code.ts'
import { describeWith } from '../testing/needs.ts'
import { pair } from '../testing/pair.ts'
import { HOOKS, hooks, pinFolder } from '../testing/runtime.ts'
import { Link } from './link.ts'
import { queryTcx } from './tcx-query.ts'

const ingress = { device: 'eth0', direction: 'ingress' } as const

function order(loaded: LoadedObject): number[] {
  return [...new Uint32Array(loaded.getVariable('order').buffer)].slice(0, 2)
}

describeWith(['root', 'tcx'], 'TCX', () => {
  test.each(['ingress', 'egress'] as const)('%s programs run in the order of their anchors', async (direction) => {
    await using net = await pair()
    using loaded = hooks()
    const [first, second] = [loaded.program('tc_first'), loaded.program('tc_second')]
    using links = new DisposableStack()
    net.near.run(() => {
      const later = links.use(second.attachTcx({ device: 'eth0', direction }))
      links.use(first.attachTcx({ device: 'eth0', direction, before: later }))
      const { programs } = queryTcx({ device: 'eth0', direction })
      expect(programs.map(({ programId }) => programId)).toEqual([first.info().id, second.info().id])
      expect(programs.at(1)?.linkId).toBe(later.info().id)
    })
    expect(await net.answers()).toBe(3)
    expect(order(loaded)).toEqual([HOOKS.tcFirst, HOOKS.tcSecond])
    expect(loaded.runs('tcFirst')).toBe(loaded.runs('tcSecond'))
  })

  test('anchors: first, last, before and after a program or a link', async () => {
    await using net = await pair()
    using loaded = hooks()
    const [a, b, c] = [loaded.program('tc_first'), loaded.program('tc_second'), loaded.program('tc_mark')]
    net.near.run(() => {
      const ids = (): number[] => queryTcx(ingress).programs.map(({ programId }) => programId)
      using linkA = a.attachTcx(ingress)
      {
        using _b = b.attachTcx({ ...ingress, before: 'all' })
        expect(ids()).toEqual([b, a].map((program) => program.info().id))
        using _c = c.attachTcx({ ...ingress, after: b })
        expect(ids()).toEqual([b, c, a].map((program) => program.info().id))
      }
      using _b = b.attachTcx({ ...ingress, after: 'all' })
      using _c = c.attachTcx({ ...ingress, after: linkA })
      expect(ids()).toEqual([a, c, b].map((program) => program.info().id))
    })
  })

  test('a revision that has passed is refused', async () => {
    await using net = await pair()
    using loaded = hooks()
    net.near.run(() => {
      const { revision } = queryTcx(ingress)
      using _first = loaded.program('tc_first').attachTcx({ ...ingress, revision })
      const late = errorOf(() => loaded.program('tc_second').attachTcx({ ...ingress, revision }))
      expect(late).toMatchObject({ errno: 'ESTALE' })
      expect(late?.message).toContain('have changed since `revision` was read')
    })
  })

  test('update keeps the place, the pin keeps the link', async () => {
    await using net = await pair()
    using folder = pinFolder()
    using loaded = hooks()
    const path = `${folder.path}/tcx`
    {
      using link = net.near.run(() => loaded.program('tc_first').attachTcx(ingress))
      link.pin(path)
    }
    using adopted = Link.open(path)
    adopted.update(loaded.program('tc_second'), { expected: loaded.program('tc_first') })
    expect(await net.answers()).toBe(3)
    expect(loaded.runs('tcSecond')).toBeGreaterThanOrEqual(3)
    expect(loaded.runs('tcFirst')).toBe(0)
    expect(adopted.info()).toMatchObject({ type: 'tcx', ifindex: net.near.device().index, attachType: 46 })
    adopted.unpin()
  })

  test('what cannot be attached is refused, saying why', async () => {
    await using net = await pair()
    using loaded = hooks()
    const [first, second] = [loaded.program('tc_first'), loaded.program('tc_second')]
    net.near.run(() => {
      using _link = first.attachTcx(ingress)
      expect(errorOf(() => first.attachTcx(ingress))?.message).toContain('the program is on this hook already')
      expect(codeOf(() => second.attachTcx({ ...ingress, before: loaded.program('tc_mark') }))).toBe('NOT_FOUND')
      expect(codeOf(() => second.attachTcx({ ...ingress, before: 'all', after: first }))).toBe('INVALID_INPUT')
      expect(codeOf(() => loaded.program('xdp_pass').attachTcx(ingress))).toBe('REFUSED')
      expect(codeOf(() => second.attachTcx({ ...ingress, device: 'eth7' }))).toBe('NOT_FOUND')
      const misspelt = errorOf(() => second.attachTcx({ ...ingress, direction: 'in' as never }))
      expect(misspelt?.message).toContain("direction 'in' is not known; there are ingress, egress")
    })
  })
})
