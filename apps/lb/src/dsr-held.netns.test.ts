import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type HeldConnections, holdConnections, needing, needs } from '@skep/testbed'
import { dsrConfig, dsrNetwork, type DsrNetwork, type DsrOptions, families, vips } from '../test/dsr-network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const CONNECTIONS = 60
const ways = [
  ['IPIP', { dispatch: 'ipip' }],
  ['by MAC address', { dispatch: 'l2' }],
  ['by an option', { dispatch: 'opt' }],
  ['at random', { dispatch: 'l2', more: 'algorithm: random' }],
] as const satisfies readonly (readonly [string, DsrOptions])[]
let lab: DsrNetwork

/** Connections on both families to both of two backends. */
async function hold(): Promise<AsyncDisposable & { readonly check: () => Promise<void> }> {
  await using stack = new AsyncDisposableStack()
  const held: HeldConnections[] = []
  for (const family of families) {
    const target = { address: vips[family], port: 7, connections: CONNECTIONS }
    const one = stack.use(await holdConnections(lab.net.client, target))
    expect(Object.keys(one.opened.perServer).toSorted()).toEqual(['backend-1', 'backend-2'])
    held.push(one)
  }
  const check = async () => {
    for (const one of held) expect(await one.check()).toEqual(one.opened)
  }
  const owned = stack.move()
  return { check, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

needing(needs.root, needs.bpf).describe('connections by direct server return', () => {
  beforeAll(async () => {
    lab = await dsrNetwork()
  }, 60_000)
  afterAll(async () => {
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  describe.each(ways)('%s', (_, options) => {
    test('backends come, are re-weighted, drained and taken out: none breaks', async () => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(dsrConfig([1, 2], options))
      await using held = await hold()
      for (const [numbers, weights] of [
        [[1, 2, 3], {}],
        [[1, 2, 3], { 2: 5 }],
        [[1, 2, 3], { 1: 0 }],
        [[2, 3], {}],
        [[3], {}],
        [[1, 3], {}],
      ] as const) {
        await lb.reload(dsrConfig(numbers, { ...options, weights }))
        await held.check()
      }
    }, 90_000)

    test('whenever the control plane is killed, and started again, none breaks', async () => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(dsrConfig([1, 2], options))
      await using held = await hold()
      for (const numbers of [[1, 2, 3], [3], [2, 3]]) {
        const config = dsrConfig(numbers, options)
        lb.configure(config)
        lb.child!.kill('SIGHUP')
        await lb.end('SIGKILL')
        await held.check()
        await lb.start(config)
        await held.check()
      }
    }, 90_000)
  })
})
