import { expect } from '@jest/globals'
import { type HeldConnections, holdConnections, httpServer, needing, needs, traffic } from '@skep/testbed'
import { network, vip4 } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf)
const CHECK_PORT = 8081
const echo = { address: vip4, port: 7 } as const
const lab = sharedLab(network)

/** Connections to the echo servers; checks on 8081, so that a backend can fail its check and still echo. */
function config(policy: string): string {
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  services:
    - name: echo
      frontends: [{ address: ${vip4}, port: 7 }]
      healthCheck: { tcp: { port: ${CHECK_PORT} }, intervalSeconds: 0.2, timeoutSeconds: 0.2, fall: 2${policy} }
      backends: [{ address: 10.1.0.11, port: 7 }, { address: 10.1.0.12, port: 7 }]
`
}

/** Holds connections to both, lets the check of backend 2 fail and returns when it has no slots. */
async function failing(lb: SkepLb): Promise<AsyncDisposable & { readonly held: HeldConnections }> {
  await using stack = new AsyncDisposableStack()
  stack.use(await httpServer(lab.net.host('backend-1'), { port: CHECK_PORT }))
  await using two = await httpServer(lab.net.host('backend-2'), { port: CHECK_PORT })
  await untilUsed(lb, 2)
  const held = stack.use(await holdConnections(lab.net.client, { ...echo, connections: 40 }))
  expect(Object.keys(held.opened.perServer).toSorted()).toEqual(['backend-1', 'backend-2'])
  await two[Symbol.asyncDispose]()
  await untilUsed(lb, 1)
  const owned = stack.move()
  return { held, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function untilUsed(lb: SkepLb, backends: number): Promise<void> {
  for (;;) {
    const { services, health } = await lb.status()
    const used = services[0]?.members.filter(({ slots }) => slots > 0)
    if (used?.length === backends && health?.services[0]?.up === backends) return
  }
}

describe('connections of a backend that is down', () => {
  test('onFailure: keep leaves them alone', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config(''))
    await using failed = await failing(lb)
    const { held } = failed
    expect((await held.check()).broken).toEqual([])
  }, 60_000)

  test('onFailure: reset ends them, the others live on, and clients that come back are served elsewhere', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config(', onFailure: reset'))
    await using failed = await failing(lb)
    const { held } = failed
    const { broken, perServer } = await held.check()
    expect(new Set(broken.map(({ server, reason }) => `${server} ${reason}`))).toEqual(
      new Set(['backend-2 ECONNRESET']),
    )
    expect(broken).toHaveLength(held.opened.perServer['backend-2']!)
    expect(perServer).toEqual({ 'backend-1': held.opened.perServer['backend-1'] })
    expect((await held.check()).alive).toBe(held.opened.perServer['backend-1'])
    const again = await traffic(lab.net.client, { protocol: 'tcp', ...echo, requests: 100, concurrency: 4 })
    expect([again.failures, Object.keys(again.perServer)]).toEqual([[], ['backend-1']])
  }, 60_000)

  test('in a panic nothing is ended', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config(', onFailure: reset, panicThreshold: 60'))
    await using _one = await httpServer(lab.net.host('backend-1'), { port: CHECK_PORT })
    await using two = await httpServer(lab.net.host('backend-2'), { port: CHECK_PORT })
    await untilUsed(lb, 2)
    await using held = await holdConnections(lab.net.client, { ...echo, connections: 40 })
    await two[Symbol.asyncDispose]()
    for (let panic = false; !panic;) panic = (await lb.status()).health?.services[0]?.panic ?? false
    expect((await held.check()).broken).toEqual([])
  }, 60_000)
})
