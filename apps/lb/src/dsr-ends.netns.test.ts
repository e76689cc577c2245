import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type HeldConnections, holdConnections, httpServer, needing, needs } from '@skep/testbed'
import { dsrConfig, dsrNetwork, type DsrNetwork, vips } from '../test/dsr-network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const CHECK_PORT = 8081
const echo = { address: vips.v4, port: 7, connections: 40 } as const
let lab: DsrNetwork

/** By MAC address, checked on a port of its own: a backend can fail its check and still echo. */
function config(numbers: readonly number[], more: string): string {
  return dsrConfig(numbers, { dispatch: 'l2', more, ports: { echo: 7 } })
}

function checked(onFailure: string): string {
  return `healthCheck: { tcp: { port: ${CHECK_PORT} }, intervalSeconds: 0.2, timeoutSeconds: 0.2, fall: 2, onFailure: ${onFailure} }`
}

async function untilUp(lb: SkepLb, backends: number): Promise<void> {
  for (;;) {
    const { services } = await lb.status()
    const echoing = services.find(({ name }) => name === 'echo-v4')
    if (echoing?.members.filter(({ slots }) => slots > 0).length === backends) return
  }
}

/** Checks until those of a backend have broken, all of them. */
async function untilBroken(held: HeldConnections, server: string): Promise<void> {
  while ((await held.check()).perServer[server] !== undefined);
}

needing(needs.root, needs.bpf).describe('connections by direct server return whose backend', () => {
  beforeAll(async () => {
    lab = await dsrNetwork()
  }, 60_000)
  afterAll(async () => {
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  describe.each(['keep', 'reset'])('fails its check, onFailure: %s', (onFailure) => {
    test(`${onFailure === 'keep' ? 'stay' : 'end'}; those of the other go on`, async () => {
      await using lb = SkepLb.on(lab.net.lb)
      await using _one = await httpServer(lab.net['backend-1'], { port: CHECK_PORT })
      await using two = await httpServer(lab.net['backend-2'], { port: CHECK_PORT })
      await lb.start(config([1, 2], checked(onFailure)))
      await untilUp(lb, 2)
      await using held = await holdConnections(lab.net.client, echo)
      expect(Object.keys(held.opened.perServer)).toHaveLength(2)
      await two[Symbol.asyncDispose]()
      await untilUp(lb, 1)
      if (onFailure === 'reset') await untilBroken(held, 'backend-2')
      const { perServer } = await held.check()
      expect(perServer).toEqual(
        onFailure === 'keep' ? held.opened.perServer : { 'backend-1': held.opened.perServer['backend-1'] },
      )
    }, 90_000)
  })

  test('was taken out end when its time is over', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2], 'drain: { timeoutSeconds: 4 }'))
    await using held = await holdConnections(lab.net.client, echo)
    const ended = lb.untilLogged(/drained: the time is over/)
    await lb.reload(config([1], 'drain: { timeoutSeconds: 4 }'))
    expect((await held.check()).perServer).toEqual(held.opened.perServer)
    await ended
    await untilBroken(held, 'backend-2')
    expect((await held.check()).perServer).toEqual({ 'backend-1': held.opened.perServer['backend-1'] })
  }, 90_000)
})
