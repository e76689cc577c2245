import { afterEach, expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { ipJson } from '../../test/ip.ts'
import { resolve } from '../../test/resolve.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import type { NetworkNamespace } from '../namespace/namespace.ts'
import { openNetlink, type Netlink } from '../netlink.ts'
import { openHandles } from '../open-handles.ts'

const { describe, test } = needing(needs.root, needs.binary('ip'), needs.kind('bond'))

afterEach(() => {
  expect(openHandles()).toEqual([])
})

/** Two veth pairs; here they are the ports of an active-backup bond, there of a bridge. */
interface Bonded extends Disposable {
  readonly near: NetworkNamespace
  readonly nl: Netlink
  readonly far: Netlink
}

const FAR = { br0: '02:00:00:00:00:02', v7: '02:00:00:00:00:07' }

function bonded(): Bonded {
  using cleanup = new DisposableStack()
  const near = cleanup.use(anonymousNamespace())
  const there = cleanup.use(anonymousNamespace())
  const nl = cleanup.use(openNetlink({ ns: near }))
  const far = cleanup.use(openNetlink({ ns: there }))
  far.link.add({ kind: 'bridge', name: 'br0', address: FAR.br0, up: true })
  far.address.add({ device: 'br0', address: '10.0.0.2/24' })
  nl.link.add({ kind: 'bond', name: 'bond0', mode: 'active-backup', miimonMs: 20 })
  for (const port of ['p0', 'p1']) {
    nl.link.add({ kind: 'veth', name: port, master: 'bond0', peer: { name: port, ns: there } })
    far.link.set({ name: port, master: 'br0', up: true })
  }
  nl.link.set({ name: 'bond0', up: true })
  nl.address.add({ device: 'bond0', address: '10.0.0.1/24' })
  const end = cleanup.move()
  return { near, nl, far, [Symbol.dispose]: () => end.dispose() }
}

function activePort(nl: Netlink): string | undefined {
  const { bond } = nl.link.get({ name: 'bond0' }) ?? {}
  return bond?.activePort === undefined ? undefined : nl.link.get({ index: bond.activePort })?.name
}

/** Waits until the bond sends over this port. */
async function untilActive(nl: Netlink, port: string): Promise<void> {
  await using monitor = nl.monitor(['link'])
  for await (const _ of monitor) if (activePort(nl) === port) return
}

describe('a bond', () => {
  test('has the options that were asked for, as ip shows them', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    const asked = { mode: '802.3ad', miimonMs: 100, lacpRate: 'fast', xmitHashPolicy: 'layer3+4', minLinks: 1 } as const
    nl.link.add({ kind: 'bond', name: 'bond0', ...asked })
    expect(nl.link.get({ name: 'bond0' })).toMatchObject({ kind: 'bond', bond: asked })
    const shown = async () =>
      (await ipJson<{ linkinfo: { info_data: object } }>(ns, 'link', 'show', 'bond0'))[0]?.linkinfo
    expect(await shown()).toMatchObject({
      info_kind: 'bond',
      info_data: { mode: '802.3ad', miimon: 100, ad_lacp_rate: 'fast', xmit_hash_policy: 'layer3+4', min_links: 1 },
    })
    nl.link.set({ name: 'bond0', kind: 'bond', miimonMs: 50 })
    expect(nl.link.get({ name: 'bond0' })?.bond?.miimonMs).toBe(50)
    expect(await shown()).toMatchObject({ info_data: { miimon: 50 } })
  })

  test('carries traffic over its active port, and over the other when that fails', async () => {
    using net = bonded()
    const { nl, far } = net
    const ports = [...nl.link.list({ master: 'bond0' })].map(({ name, portKind }) => `${name} ${portKind}`)
    expect(ports.toSorted()).toEqual(['p0 bond', 'p1 bond'])
    await untilActive(nl, 'p0')
    expect(await resolve(nl, 'bond0', '10.0.0.2')).toBe(FAR.br0)
    far.link.set({ name: 'p0', up: false })
    await untilActive(nl, 'p1')
    nl.neighbor.delete({ device: 'bond0', address: '10.0.0.2' })
    expect(await resolve(nl, 'bond0', '10.0.0.2')).toBe(FAR.br0)
  })

  test('a port leaves it and comes back', async () => {
    using net = bonded()
    const { nl } = net
    nl.link.set({ name: 'p0', master: null })
    await untilActive(nl, 'p1')
    expect([...nl.link.list({ master: 'bond0' })].map(({ name }) => name)).toEqual(['p1'])
    nl.link.set({ name: 'p0', up: false })
    nl.link.set({ name: 'p0', master: 'bond0' })
    expect([...nl.link.list({ master: 'bond0' })]).toHaveLength(2)
    expect(await resolve(nl, 'bond0', '10.0.0.2')).toBe(FAR.br0)
  })

  needing(needs.kind('vlan')).test('carries a VLAN', async () => {
    using net = bonded()
    const { near, nl, far } = net
    far.link.add({ kind: 'vlan', name: 'v7', link: 'br0', id: 7, address: FAR.v7, up: true })
    far.address.add({ device: 'v7', address: '10.7.0.2/24' })
    nl.link.add({ kind: 'vlan', name: 'bond0.7', link: 'bond0', id: 7, up: true })
    nl.address.add({ device: 'bond0.7', address: '10.7.0.1/24' })
    expect(nl.link.get({ name: 'bond0.7' })).toMatchObject({
      vlan: { id: 7, protocol: '802.1Q' },
      link: nl.link.get({ name: 'bond0' })?.index,
    })
    const [shown] = await ipJson<{ link: string }>(near, 'link', 'show', 'bond0.7')
    expect(shown?.link).toBe('bond0')
    expect(await resolve(nl, 'bond0.7', '10.7.0.2')).toBe(FAR.v7)
  })
})
