import { expect } from '@jest/globals'
import { type EchoServer, httpServer, needing, needs, traffic } from '@skep/testbed'
import { network, vip4 } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf)
const SERVICE_PORT = 9080
const lab = sharedLab(network)

/** Traffic on 9080, where the test decides who listens; checks on 8080, where every backend always answers. */
function config(passive: string, backends: readonly number[] = [1, 2, 3]): string {
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  services:
    - name: web
      frontends: [{ address: ${vip4}, port: 80 }]
      healthCheck: { tcp: { port: 8080 }, intervalSeconds: 0.2, timeoutSeconds: 0.2 }
      passiveHealthCheck: ${passive}
      backends: [${backends.map((i) => `{ address: 10.1.0.1${i}, port: ${SERVICE_PORT} }`).join(', ')}]
`
}

async function servers(...numbers: number[]): Promise<AsyncDisposableStack> {
  const stack = new AsyncDisposableStack()
  for (const i of numbers) stack.use<EchoServer>(await httpServer(lab.net.host(`backend-${i}`), { port: SERVICE_PORT }))
  return stack
}

/** Requests until the status is as wanted; what the clients saw meanwhile does not matter. */
async function untilEjected(lb: SkepLb, ...wanted: string[]): ReturnType<SkepLb['status']> {
  for (;;) {
    await traffic(lab.net.client, {
      protocol: 'http',
      url: `http://${vip4}/`,
      requests: 60,
      concurrency: 4,
      timeoutMs: 500,
    })
    const status = await lb.status()
    const out = status.ejections.filter(({ isEjected }) => isEjected).map(({ backend }) => backend)
    if (out.join() === wanted.join()) return status
  }
}

async function failures(): Promise<number> {
  const { failures } = await traffic(lab.net.client, { protocol: 'http', url: `http://${vip4}/`, requests: 100 })
  return failures.length
}

describe('passive health checks', () => {
  test('a backend that refuses connections is ejected though its check passes, stays so over a restart, and comes back', async () => {
    await using _servers = await servers(1, 2)
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config('{ consecutiveFailures: 3, ejectionSeconds: 600, maxEjectionSeconds: 600 }'))
    const { health, ejections } = await untilEjected(lb, '10.1.0.13:9080')
    expect(health?.services[0]?.backends[2]).toMatchObject({ backend: '10.1.0.13:9080', status: 'up' })
    expect(ejections[0]).toMatchObject({ service: 'web/ipv4', isEjected: true, until: expect.any(String) })
    expect(ejections[0]?.text).toMatch(
      /ejected for .* more, for the 1st time: .* connections in a row failed \(.* refused/,
    )
    expect((await lb.command('status')).stdout).toMatch(/ejected, because .*\n.*10\.1\.0\.13:9080/)
    expect(await failures()).toBe(0)
    await lb.end('SIGKILL')
    await lb.start()
    expect((await lb.status()).ejections[0]?.backend).toBe('10.1.0.13:9080')
    expect(await failures()).toBe(0)
    await using _more = await servers(3)
    await lb.reload(config('{ consecutiveFailures: 3 }').replace(/ +passiveHealthCheck.*\n/, ''))
    expect((await lb.status()).ejections).toEqual([])
    expect(await failures()).toBe(0)
    expect((await lb.status()).services[0]?.members.every(({ slots }) => slots > 0)).toBe(true)
  }, 90_000)

  test('an ejection ends by itself', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await using _servers = await servers(1, 2)
    await lb.start(config('{ consecutiveFailures: 3, ejectionSeconds: 2 }'))
    await untilEjected(lb, '10.1.0.13:9080')
    await using _third = await servers(3)
    await untilEjected(lb)
    expect(await failures()).toBe(0)
  }, 90_000)

  test('one that answers nothing is ejected too, without any active check; no more are than may be', async () => {
    await using _servers = await servers(1, 2)
    await using lb = SkepLb.on(lab.net.lb)
    const policy = '{ consecutiveFailures: 3, answerSeconds: 1, ejectionSeconds: 600, maxEjectionSeconds: 600 }'
    const nobody = '{ address: 10.1.0.98, port: 80 }, { address: 10.1.0.99, port: 80 }'
    await lb.start(
      config(policy, [1])
        .replace(/ +healthCheck.*\n/, '')
        .replace('backends: [', `backends: [${nobody}, `),
    )
    for (;;) {
      await traffic(lab.net.client, {
        protocol: 'http',
        url: `http://${vip4}/`,
        requests: 60,
        concurrency: 20,
        timeoutMs: 300,
      })
      const { ejections } = await lb.status()
      if (ejections.length < 2) continue
      expect(ejections.filter(({ isEjected }) => isEjected)).toHaveLength(1)
      expect(ejections.find(({ isEjected }) => !isEjected)?.text).toMatch(
        /is used, though .* maxEjectedPercent \(50%\)/,
      )
      expect(ejections.some(({ text }) => text.includes('unanswered'))).toBe(true)
      break
    }
  }, 90_000)
})
