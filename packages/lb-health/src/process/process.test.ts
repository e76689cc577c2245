import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { LineReader } from '@skep/companion'
import { folder, quick, Watched } from '../../test/events.ts'
import { closedPort, httpServer, tcpServer } from '../../test/servers.ts'
import type { HealthRecord } from '../record.ts'
import { readFromProcess, write } from './messages.ts'
import { release } from './release.ts'
import { startHealthProcess } from './client.ts'

test('a process of its own checks, tells what changes, and explains it', async () => {
  using place = folder()
  const up = await tcpServer()
  const control = await Watched.start(place)
  try {
    expect(control.health.pid).not.toBe(process.pid)
    expect(statSync(place.socket).mode & 0o777).toBe(0o600)
    control.health.apply([quick('web', [up.port, await closedPort()])])
    await control.statuses('web', ['up', 'down'])
    expect(control.health.explain('web')[2]).toContain('connection refused')
    await up[Symbol.asyncDispose]()
    await control.statuses('web', ['down', 'down'])
    await using _again = await tcpServer(() => {}, up.port)
    await control.statuses('web', ['up', 'down'])
    expect(control.health.health()[0]).toMatchObject({ up: 1, counted: 2, panic: false })
    expect(control.events).toEqual([{ event: 'connected', pid: control.health.pid, adopted: false }])
  } finally {
    await control.health.stop()
  }
})

test('a slow start is told step by step', async () => {
  using place = folder()
  await using server = await tcpServer()
  const control = await Watched.start(place)
  try {
    const web = quick('web', [server.port], { slowStartSeconds: 0.2 })
    control.health.apply([{ ...web, backends: [{ ...web.backends[0]!, initial: 'down' }] }])
    await control.until(() => control.changes.at(-1)?.backends[0]?.share === 1)
    const shares = control.changes.map(({ backends }) => backends[0]!.share)
    expect(shares[0]).toBe(0)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.length).toBeGreaterThan(2)
  } finally {
    await control.health.stop()
  }
})

test('a killed health process is started again, and goes on from what is known', async () => {
  using place = folder()
  await using up = await tcpServer()
  const down = await closedPort()
  const control = await Watched.start(place)
  try {
    control.health.apply([quick('web', [up.port, down])])
    await control.statuses('web', ['up', 'down'])
    const since = control.health.records().map(({ state }) => state.since)
    const first = control.health.pid!
    const told = control.changes.length
    process.kill(first, 'SIGKILL')
    await control.until(() => control.events.filter(({ event }) => event === 'connected').length === 2)
    expect(control.health.pid).not.toBe(first)
    await using _new = await tcpServer(() => {}, down)
    await control.statuses('web', ['up', 'up'])
    expect(control.health.records()[0]!.state.since).toBe(since[0])
    // Nothing flapped on the way: the one change is the backend that came up.
    expect(control.changes.length).toBe(told + 1)
  } finally {
    await control.health.stop()
  }
})

/** Starts a control plane that is a process of its own, and waits for what it knows. */
async function controlPlane(socket: string, port: number, status: string) {
  const child = fork(`${import.meta.dirname}/../../test/control-plane.ts`, [socket, String(port), status], {
    execArgv: ['--conditions=@skep/source'],
    // The process that it leaves is meant to be nobody's child for a while: test files beside this one must not mind.
    env: { ...process.env, SKEP_TEST_RUN: '' },
  })
  const [told] = (await once(child, 'message')) as [{ pid: number; records: HealthRecord[] }]
  return { child, ...told }
}

test('a killed control plane leaves the process checking; the next one is told what happened meanwhile', async () => {
  using place = folder()
  const server = await tcpServer()
  const before = await controlPlane(place.socket, server.port, 'up')
  const exited = once(before.child, 'exit')
  before.child.kill('SIGKILL')
  await exited
  await server[Symbol.asyncDispose]()
  // A bystander sees the check go on with nobody in control.
  await seen(place.socket, '"status":"down"')
  await using _again = await tcpServer(() => {}, server.port)
  await seen(place.socket, '"status":"up"')
  const control = await Watched.start(place)
  try {
    control.health.apply([quick('web', [server.port])])
    expect(control.statusesNow('web')).toEqual(['up'])
    expect(control.events).toEqual([{ event: 'connected', pid: before.pid, adopted: true }])
    expect(control.health.records()[0]!.state.since).toBeGreaterThan(before.records[0]!.state.since)
  } finally {
    await control.health.stop()
  }
})

/** Listens, without a word, until the process says this. */
async function seen(path: string, text: string): Promise<void> {
  const socket = connect(path)
  let heard = ''
  for await (const chunk of socket) {
    heard += String(chunk)
    if (heard.includes(text)) break
  }
}

test('both may die: the next pair starts from nothing', async () => {
  using place = folder()
  await using server = await tcpServer()
  const before = await controlPlane(place.socket, server.port, 'up')
  const exited = once(before.child, 'exit')
  process.kill(before.pid, 'SIGKILL')
  before.child.kill('SIGKILL')
  await exited
  const control = await Watched.start(place)
  try {
    control.health.apply([quick('web', [server.port])])
    await control.statuses('web', ['up'])
    expect(control.health.pid).not.toBe(before.pid)
  } finally {
    await control.health.stop()
  }
})

test('two control planes at once have one process', async () => {
  using place = folder()
  const [one, two] = await Promise.all([Watched.start(place), Watched.start(place)])
  try {
    expect(one.health.pid).toBe(two.health.pid)
  } finally {
    await one.health.close()
    await two.health.stop()
  }
})

test('a process of another release hands over what it knows and is replaced', async () => {
  using place = folder()
  await using server = await tcpServer()
  const state = { status: 'up', since: 42, initial: 'up', against: 0 } as const
  const records = [{ service: 'web', address: '127.0.0.1', port: server.port, state }]
  const old = createServer((socket) => {
    socket.write(write({ type: 'hello', release: '0.0.1', pid: 1, records }))
    socket.once('data', () => {
      old.close()
      socket.destroy()
    })
  })
  old.listen(place.socket)
  await once(old, 'listening')
  const control = await Watched.start(place)
  try {
    control.health.apply([quick('web', [server.port])])
    expect(control.events.map(({ event }) => event)).toEqual(['replaced', 'lost', 'connected'])
    expect(control.health.records()[0]!.state).toEqual(state)
    await seen(place.socket, '"since":42')
  } finally {
    await control.health.stop()
  }
})

test('what is wanted and not understood is refused in words, and what was wanted before goes on', async () => {
  using place = folder()
  await using server = await tcpServer()
  const control = await Watched.start(place)
  try {
    control.health.apply([quick('web', [server.port])])
    await control.statuses('web', ['up'])
    const web = quick('web', [server.port])
    control.health.apply([{ ...web, check: { ...web.check, rise: -1 } }])
    const refused = await control.until(() => control.events.find(({ event }) => event === 'refused'))
    expect(refused).toEqual({
      event: 'refused',
      reason: 'services.0.check.rise: -1 is not a number of passes; write a whole number from 1 to 100',
    })
    await server[Symbol.asyncDispose]()
    await control.statuses('web', ['down'])
    await using _again = await tcpServer(() => {}, server.port)
    await control.statuses('web', ['up'])
  } finally {
    await control.health.stop()
  }
})

test('a process that cannot be started says why', async () => {
  using place = folder()
  const start = (command: readonly string[]) => startHealthProcess({ ...place, command, onChange: () => {} })
  await expect(start(['/nowhere/node'])).rejects.toThrow(
    'start the health process: cannot run /nowhere/node: spawn /nowhere/node ENOENT',
  )
  await expect(start(['/bin/false'])).rejects.toThrow('it ended at once (exit status 1)')
  const socket = `${place.socket}/${'x'.repeat(200)}`
  await expect(startHealthProcess({ socket, onChange: () => {} })).rejects.toThrow('EINVAL')
})

test('a socket file that a killed process left is taken over, one that is not a socket is not', async () => {
  using place = folder()
  const killed = createServer().listen(`${place.socket}-killed`)
  await once(killed, 'listening')
  renameSync(`${place.socket}-killed`, place.socket)
  killed.close()
  await once(killed, 'close')
  const control = await Watched.start(place)
  expect(control.health.pid).toBeGreaterThan(0)
  await control.health.stop()
  const mistaken = { ...place, socket: `${place.socket}-mistaken` }
  writeFileSync(mistaken.socket, 'precious')
  await expect(Watched.start(mistaken)).rejects.toThrow('a file that is no unix socket lies there, and stays')
  expect(readFileSync(mistaken.socket, 'utf8')).toBe('precious')
})

test('the figures come by themselves', async () => {
  using place = folder()
  await using server = await httpServer((_, response) => response.end())
  const control = await Watched.start(place)
  try {
    control.health.apply([quick('web', [server.port], { tcp: undefined, http: {} }), quick('db', [server.port])])
    await seen(place.socket, '"stats":{"targets":2')
    while (control.health.stats()?.targets !== 2) await setImmediate()
  } finally {
    await control.health.stop()
  }
})

test('the release that is announced is that of the package', async () => {
  const { default: manifest } = (await import('../../package.json', { with: { type: 'json' } })) as {
    default: { version: string }
  }
  expect(release).toBe(manifest.version)
  const reader = new LineReader()
  const [line] = reader.push(Buffer.from(write({ type: 'hello', release, pid: 1, records: [] })))!
  expect(readFromProcess(line!)).toEqual({ message: { type: 'hello', release, pid: 1, records: [] } })
})
