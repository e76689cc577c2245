import { expect, test } from '@jest/globals'
import { tcpEcho } from '@skep/testbed'
import { codeOf } from '../testing/code.ts'
import { describeWith } from '../testing/needs.ts'
import { pair } from '../testing/pair.ts'
import { hooks } from '../testing/runtime.ts'

describeWith(['root'], 'sk_lookup', () => {
  test('decides over connections to a namespace, until it is updated or closed', async () => {
    await using net = await pair()
    await using server = await tcpEcho(net.near)
    using loaded = hooks()
    const connects = async (): Promise<boolean> => {
      const command = `exec 3<>/dev/tcp/10.9.0.1/${server.port}`
      return (await net.far.attempt('timeout', ['2', 'bash', '-c', command])).code === 0
    }
    expect(await connects()).toBe(true)
    {
      using link = net.near.run(() => loaded.program('lookup_drop').attachSkLookup())
      expect(await connects()).toBe(false)
      expect(loaded.runs('skLookup')).toBeGreaterThan(0)
      expect(link.info()).toMatchObject({ type: 'netns', netns: net.near.namespace.inode, attachType: 36 })
      link.update(loaded.program('lookup_pass'))
      expect(await connects()).toBe(true)
    }
    const before = loaded.runs('skLookup')
    expect(await connects()).toBe(true)
    expect(loaded.runs('skLookup')).toBe(before)
  })

  test('takes a namespace by its path', async () => {
    await using net = await pair()
    using loaded = hooks()
    using link = loaded.program('lookup_pass').attachSkLookup({ netns: net.near.namespace.path ?? '' })
    expect(link.info().netns).toBe(net.near.namespace.inode)
    expect(codeOf(() => loaded.program('lookup_pass').attachSkLookup({ netns: '/nowhere' }))).toBe('NOT_FOUND')
    expect(codeOf(() => loaded.program('xdp_pass').attachSkLookup({ netns: net.near.namespace.path ?? '' }))).toBe(
      'REFUSED',
    )
  })
})
