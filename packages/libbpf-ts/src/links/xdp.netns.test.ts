import { expect, test } from '@jest/globals'
import { codeOf, errorOf } from '../testing/code.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { pair } from '../testing/pair.ts'
import { hooks, pinFolder } from '../testing/runtime.ts'
import { Link } from './link.ts'

const eth0 = { device: 'eth0' } as const

describeWith(['root'], 'XDP', () => {
  test.each(['native', 'generic'] as const)('in mode %s sees packets, and lets go when closed', async (mode) => {
    await using net = await pair()
    using loaded = hooks()
    {
      using link = net.near.run(() => loaded.program('xdp_drop').attachXdp({ ...eth0, mode }))
      expect(await net.answers(2)).toBe(0)
      expect(loaded.runs('xdp')).toBeGreaterThanOrEqual(2)
      const program = loaded.program('xdp_drop').info().id
      const { index } = net.near.device()
      expect(link.info()).toMatchObject({ type: 'xdp', programId: program, ifindex: index })
      expect(bpftool('link', 'show', 'id', String(link.info().id))).toMatchObject({ type: 'xdp', prog_id: program })
    }
    expect(await net.answers()).toBe(3)
  })

  test('its program is replaced in place, if it is the expected one', async () => {
    await using net = await pair()
    using loaded = hooks()
    const [drop, pass] = [loaded.program('xdp_drop'), loaded.program('xdp_pass')]
    using link = net.near.run(() => drop.attachXdp({ ifindex: net.near.device().index }))
    const { id } = link.info()
    expect(errorOf(() => link.update(pass, { expected: pass }))).toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining(`program id ${drop.info().id} is there, not the expected`),
    })
    link.update(pass, { expected: drop })
    expect(link.info()).toMatchObject({ id, programId: pass.info().id })
    expect(await net.answers()).toBe(3)
  })

  test('pinned it stays when closed; adopted it is updated, and goes when unpinned', async () => {
    await using net = await pair()
    using folder = pinFolder()
    using loaded = hooks()
    const path = `${folder.path}/links/eth0`
    {
      using link = net.near.run(() => loaded.program('xdp_drop').attachXdp(eth0))
      link.pin(path)
    }
    expect(await net.answers(1)).toBe(0)
    {
      using adopted = Link.open(path)
      adopted.update(loaded.program('xdp_pass'))
      expect(await net.answers()).toBe(3)
      adopted.unpin()
    }
    expect(codeOf(() => Link.open(path))).toBe('NOT_FOUND')
    const before = loaded.runs('xdp')
    expect(await net.answers()).toBe(3)
    expect(loaded.runs('xdp')).toBe(before)
  })

  test('detached it is off at once, though pinned', async () => {
    await using net = await pair()
    using folder = pinFolder()
    using loaded = hooks()
    using link = net.near.run(() => loaded.program('xdp_drop').attachXdp(eth0))
    link.pin(`${folder.path}/eth0`)
    link.detach()
    expect(link.info().ifindex).toBe(0)
    expect(await net.answers()).toBe(3)
    expect(errorOf(() => link.update(loaded.program('xdp_pass')))).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('its target is gone'),
    })
  })

  test('one device takes one program; the refusal says so', async () => {
    await using net = await pair()
    using loaded = hooks()
    const pass = loaded.program('xdp_pass')
    using _link = net.near.run(() => pass.attachXdp({ ...eth0, mode: 'native' }))
    const again = (mode: 'native' | 'generic') => errorOf(() => net.near.run(() => pass.attachXdp({ ...eth0, mode })))
    expect(again('native')).toMatchObject({ code: 'BUSY', operation: 'attachXdp' })
    expect(again('native')?.message).toContain('another link or program is on this device')
    expect(again('generic')).toMatchObject({ code: 'EXISTS' })
    expect(again('generic')?.message).toContain('native and generic exclude each other')
  })

  test('what cannot be attached is refused, saying why', async () => {
    await using net = await pair()
    using loaded = hooks()
    const attach = (name: string, options: Parameters<typeof eth0Of>[0]) =>
      errorOf(() => net.near.run(() => loaded.program(name).attachXdp(eth0Of(options)).close()))
    expect(attach('xdp_pass', { device: 'eth9' })?.message).toBe(
      'attachXdp: device "eth9": ENODEV; no such device in this network namespace',
    )
    expect(attach('xdp_pass', { mode: 'offload' })).toMatchObject({
      code: 'REFUSED',
      errno: 'EINVAL',
      message: expect.stringContaining('load the object with offloadTo this device first'),
    })
    expect(attach('xdp_pass', { mode: 'fast' as never })?.message).toContain(
      "mode 'fast' is not known; there are generic, native, offload",
    )
    expect(attach('tc_mark', {})?.message).toContain(
      'program "tc_mark": xdp on device "eth0": EINVAL; is it an XDP program',
    )
  })

  test('a link outlives its device', async () => {
    await using net = await pair()
    using loaded = hooks()
    using link = net.near.run(() => loaded.program('xdp_pass').attachXdp(eth0))
    net.near.netlink.link.delete({ name: 'eth0' })
    expect(link.info().ifindex).toBe(0)
  })
})

function eth0Of(options: { device?: string; mode?: 'offload' }): { device: string; mode?: 'offload' } {
  return { ...eth0, ...options }
}
