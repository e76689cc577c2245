import { expect, test } from '@jest/globals'
import { openHandles } from '../leaks.ts'
import { codeOf, errorOf } from '../testing/code.ts'
import { describeWith } from '../testing/needs.ts'
import { pair } from '../testing/pair.ts'
import { hooks } from '../testing/runtime.ts'
import { openTc } from './tc.ts'

const ingress = { device: 'eth0', direction: 'ingress' } as const

describeWith(['root'], 'tc', () => {
  test.each(['ingress', 'egress'] as const)('%s: sees packets, and lets go when closed', async (direction) => {
    await using net = await pair()
    using loaded = hooks()
    {
      using filter = net.near.run(() => loaded.program('tc_first').attachTc({ device: 'eth0', direction }))
      expect(await net.answers()).toBe(3)
      expect(loaded.runs('tcFirst')).toBeGreaterThanOrEqual(3)
      expect(filter.info()).toEqual({
        programId: loaded.program('tc_first').info().id,
        priority: filter.priority,
        handle: filter.number,
      })
      const shown = await net.near.exec('tc', 'filter', 'show', 'dev', 'eth0', direction)
      expect(shown).toContain(`pref ${filter.priority} bpf`)
      expect(shown).toContain(`handle 0x${filter.number.toString(16)}`)
      expect(shown).toContain('direct-action')
    }
    expect(await net.near.exec('tc', 'filter', 'show', 'dev', 'eth0', direction)).toBe('')
  })

  test('is replaced in place, from whatever namespace', async () => {
    await using net = await pair()
    using loaded = hooks()
    using filter = net.near.run(() => loaded.program('tc_first').attachTc({ ...ingress, priority: 7, handle: 3 }))
    filter.update(loaded.program('tc_second'))
    expect(filter.info()).toEqual({ programId: loaded.program('tc_second').info().id, priority: 7, handle: 3 })
    expect(await net.answers()).toBe(3)
    expect([loaded.runs('tcFirst'), loaded.runs('tcSecond') >= 3]).toEqual([0, true])
  })

  test('kept it stays when closed; adopted and detached it goes', async () => {
    await using net = await pair()
    using loaded = hooks()
    const place = { ...ingress, priority: 1, handle: 1 }
    {
      using filter = net.near.run(() => loaded.program('tc_first').attachTc(place))
      filter.keep()
    }
    {
      using adopted = net.near.run(() => openTc(place))
      expect(adopted.info().programId).toBe(loaded.program('tc_first').info().id)
    }
    using again = net.near.run(() => openTc(place))
    again.detach()
    expect(codeOf(() => net.near.run(() => openTc(place)))).toBe('NOT_FOUND')
  })

  test('closing works when the device is gone, and leaves nothing open', async () => {
    const before = openHandles().length
    {
      await using net = await pair()
      using loaded = hooks()
      const filter = net.near.run(() => loaded.program('tc_first').attachTc(ingress))
      net.near.netlink.link.delete({ name: 'eth0' })
      expect(codeOf(() => filter.info())).toBe('NOT_FOUND')
      filter.close()
      filter.close()
    }
    expect(openHandles()).toHaveLength(before)
  })

  test('what cannot be attached is refused, saying why', async () => {
    await using net = await pair()
    using loaded = hooks()
    const attach = (name: string, place: object) =>
      errorOf(() =>
        net.near.run(() =>
          loaded
            .program(name)
            .attachTc({ ...ingress, ...place })
            .close(),
        ),
      )
    using _taken = net.near.run(() => loaded.program('tc_first').attachTc({ ...ingress, priority: 5, handle: 5 }))
    expect(attach('tc_second', { priority: 5, handle: 5 })?.code).toBe('EXISTS')
    expect(attach('tc_second', { device: 'eth8' })?.message).toContain('device "eth8": ENODEV')
    expect(attach('tc_second', { direction: 'in' })?.message).toContain("direction 'in' is not known")
    expect(attach('xdp_pass', {})).toMatchObject({ operation: 'attachTc', errno: 'EINVAL' })
  })
})
