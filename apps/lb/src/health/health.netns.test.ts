import { createConnection } from 'node:net'
import { chmodSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { type EchoServer, httpServer, needing, needs, startTraffic, traffic, untilLine } from '@skep/testbed'
import { network, vip4 } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf)
const CHECK_PORT = 8081
const http = { protocol: 'http', url: `http://${vip4}/` } as const
const lab = sharedLab(network)

/** Traffic on 8080, checks on 8081: a backend can fail its check and serve on. */
function checked({ policy = '', backends = [1, 2, 3] }: { policy?: string; backends?: number[] } = {}): string {
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  services:
    - name: web
      frontends: [{ address: ${vip4}, port: 80 }]
      healthCheck: { http: { port: ${CHECK_PORT} }, intervalSeconds: 0.2, timeoutSeconds: 0.2, rise: 2, fall: 2${policy} }
      backends: [${backends.map((i) => `{ address: 10.1.0.1${i}, port: 8080 }`).join(', ')}]
`
}

/** What the checks see, one server a backend; ending one makes its check fail. */
class Answers implements AsyncDisposable {
  readonly #servers = new Map<number, EchoServer>()

  async start(...numbers: number[]): Promise<void> {
    for (const i of numbers) this.#servers.set(i, await httpServer(lab.net.host(`backend-${i}`), { port: CHECK_PORT }))
  }

  async end(...numbers: number[]): Promise<void> {
    for (const i of numbers) {
      await this.#servers.get(i)?.[Symbol.asyncDispose]()
      this.#servers.delete(i)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end(...this.#servers.keys())
  }
}

async function answers(...numbers: number[]): Promise<Answers> {
  const all = new Answers()
  await all.start(...numbers)
  return all
}

/** Waits until the tables send new connections to exactly these backends, and returns the status. */
async function untilServing(lb: SkepLb, ...numbers: number[]): ReturnType<SkepLb['status']> {
  for (;;) {
    const status = await lb.status()
    const members = status.services[0]?.members.filter(({ slots }) => slots > 0).map(({ backend }) => backend)
    if (members?.join() === numbers.map((i) => `10.1.0.1${i}:8080`).join()) return status
  }
}

/** Which backends answer new connections. */
async function serving(): Promise<string[]> {
  const report = await traffic(lab.net.client, { ...http, requests: 100, concurrency: 4 })
  expect(report.failures).toEqual([])
  return Object.keys(report.perServer).toSorted()
}

/** Waits until nobody listens on a socket that is open now. */
async function untilEnded(socket: string, kill: () => unknown): Promise<void> {
  const connection = createConnection(socket)
  const closed = new Promise<void>((resolve) => connection.once('close', () => resolve()).on('error', () => {}))
  await new Promise<void>((resolve) => connection.once('data', () => resolve()))
  connection.resume()
  await Promise.all([kill(), closed])
}

function socketOf(lb: SkepLb): string {
  return join(lb.folder, 'run', lb.instance, 'health.sock')
}

describe('health checks', () => {
  test('a backend that fails gets no new connections, those it has live on; it comes back', async () => {
    await using checks = await answers(1, 2, 3)
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(checked())
    expect(statSync(socketOf(lb)).mode & 0o777).toBe(0o600)
    await using open = await startTraffic(lab.net.client, { ...http, keepAlive: true, concurrency: 20 })
    await open.reached(100)
    await checks.end(2)
    const { health } = await untilServing(lb, 1, 3)
    expect(health?.services[0]).toMatchObject({ name: 'web/ipv4', panic: false, up: 2, counted: 3 })
    expect(health?.services[0]?.backends[1]).toMatchObject({
      backend: '10.1.0.12:8080',
      status: 'down',
      usable: false,
      last: { result: 'fail', reason: expect.stringContaining('connection refused') },
    })
    expect((await lb.command('status')).stdout).toMatch(/10\.1\.0\.12:8080 is down since .*connection refused/)
    expect(await serving()).toEqual(['backend-1', 'backend-3'])
    await open.reached(open.progress.requests + 100)
    await checks.start(2)
    await untilServing(lb, 1, 2, 3)
    expect(await serving()).toEqual(['backend-1', 'backend-2', 'backend-3'])
    const report = await open.stop()
    expect([report.failures, report.connections]).toEqual([[], 20])
    expect(Object.keys(report.perServer)).toHaveLength(3)
  }, 60_000)

  test('killed under load, run and the health process, each and both: what is down stays out, no request fails', async () => {
    await using _checks = await answers(1, 2)
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(checked())
    const { pid } = (await untilServing(lb, 1, 2)).health!
    // Backend 3 would answer, if it were asked: that it is not shows that nothing forgets.
    await using load = await startTraffic(lab.net.client, { ...http, concurrency: 4 })
    await load.reached(50)
    await lb.end('SIGKILL')
    await lb.start()
    expect((await lb.status()).health).toMatchObject({ pid })
    await untilEnded(socketOf(lb), () => process.kill(pid!, 'SIGKILL'))
    await lb.untilLogged(/health process connected/)
    const second = (await lb.status()).health!.pid
    expect(second).not.toBe(pid)
    await load.reached(load.progress.requests + 50)
    await lb.end('SIGKILL')
    await untilEnded(socketOf(lb), () => process.kill(second!, 'SIGKILL'))
    expect((await lb.command('status')).stdout).toContain('NO PROCESS CHECKS')
    await lb.start()
    await load.reached(load.progress.requests + 100)
    const report = await load.stop()
    expect(report.failures).toEqual([])
    expect(Object.keys(report.perServer).toSorted()).toEqual(['backend-1', 'backend-2'])
  }, 90_000)

  test('with too few up the check is not believed; SIGTERM leaves it checking, uninstall ends it', async () => {
    await using checks = await answers(1, 2, 3)
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(checked())
    await checks.end(3)
    await untilServing(lb, 1, 2)
    await checks.end(2)
    const { health } = await untilServing(lb, 1, 2, 3)
    expect(health?.services[0]).toMatchObject({ panic: true, up: 1 })
    expect(await serving()).toHaveLength(3)
    await lb.reload(checked({ policy: ', panicThreshold: 0' }))
    await untilServing(lb, 1)
    await lb.end('SIGTERM')
    expect((await lb.status()).health?.pid).toBe(health?.pid)
    await untilEnded(socketOf(lb), () => lb.command('uninstall'))
  }, 60_000)

  test('checks that are taken out of the configuration end, and everything serves; they can come back', async () => {
    await using _checks = await answers(1)
    await using lb = SkepLb.on(lab.net.lb)
    const without = checked().replace(/ {6}healthCheck.*\n/, '')
    await lb.start(without)
    expect((await lb.status()).health).toBeNull()
    await lb.reload(checked({ policy: ', panicThreshold: 0' }))
    await untilServing(lb, 1)
    await lb.reload(without)
    const { health } = await untilServing(lb, 1, 2, 3)
    expect(health).toBeNull()
    await lb.reload(checked({ policy: ', panicThreshold: 0, slowStartSeconds: 1' }))
    await untilServing(lb, 1)
  }, 60_000)

  test('a first start that fails leaves no process that checks, and no folder', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    lb.configure(checked().replace('devices: [eth0, eth1]', 'devices: [lo]\n  acceleration: native'))
    // It returns when nobody holds its stderr any more, which the process that checks shares.
    const { code, stderr } = await lb.command('run', '--config', lb.configFile)
    expect(code).toBe(1)
    expect(stderr).toContain('health process connected')
    expect(existsSync(join(lb.folder, 'run'))).toBe(false)
  }, 60_000)

  test('a script decides, as nobody, and status shows what it says; one that others may change is refused', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    const line = 'echo "$SKEP_CHECK_ADDRESS asked by $(id -u)"; test "$SKEP_CHECK_ADDRESS" != 10.1.0.12'
    const script = (program: string) => `{ script: { command: [${program}, -c, '${line}'] }, intervalSeconds: 0.2`
    const config = (program: string) => checked().replace(/\{ http: .*? intervalSeconds: 0\.2/, script(program))
    await lb.start(config('/bin/sh'))
    const { health } = await untilServing(lb, 1, 3)
    expect(health?.services[0]?.backends.map(({ last }) => last?.reason).slice(1)).toEqual([
      'exit status 1: "10.1.0.12 asked by 65534"',
      'exit status 0: "10.1.0.13 asked by 65534"',
    ])
    const open = join(lb.folder, 'check.sh')
    writeFileSync(open, '#!/bin/sh\n')
    chmodSync(open, 0o755)
    const errors = untilLine(lb.child?.stderr ?? null, /may be changed by others/)
    await lb.reload(config(open), 'refused')
    rmSync(open)
    expect(await errors).toContain('spec.services[0].healthCheck.script.command[0]')
  }, 60_000)

  test('a slow start ramps up the share of a backend that comes back', async () => {
    await using checks = await answers(1, 2)
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(checked({ policy: ', slowStartSeconds: 600', backends: [1, 2] }))
    await checks.end(2)
    await untilServing(lb, 1)
    await checks.start(2)
    const { services, health } = await untilServing(lb, 1, 2)
    expect(services[0]?.members[1]?.share).toBeCloseTo(1 / 11, 1)
    expect(health?.services[0]?.backends[1]).toMatchObject({ status: 'up', share: 0.1 })
  }, 60_000)
})
