import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Net, topology } from '@skep/testbed'
import { openHandles } from 'sockets-ts'
import { patient } from '../../test/patience.ts'
import { Watched } from '../../test/watched.ts'
import type { SessionOptions } from '../speak/session-config.ts'
import { BfdSpeaker } from '../speak/speaker.ts'
import { askBfdProcess, stopBfdProcess } from './ask.ts'
import { bfdCommand } from './command.ts'
import { type BfdEvent, type BfdProcessOptions, startBfdProcess } from './client.ts'

const [us, peer] = ['10.9.0.1', '10.9.0.2']
const multiplier = patient(15)
/** A second and a half until it counts as gone: less than what these tests last, more than a loaded machine takes. */
const session: SessionOptions = { peer, transmitMs: 100, receiveMs: 100, multiplier }

let net: Net<'left' | 'right'>

beforeAll(async () => {
  net = await topology({ left: `${us}/24`, right: `${peer}/24` })
})

afterAll(async () => {
  await net[Symbol.asyncDispose]()
  expect(openHandles()).toEqual([])
})

/** The peer, in this process. */
function neighbor() {
  const watched = new Watched()
  const speaker = new BfdSpeaker({ namespace: net.right.namespace, onChange: watched.note })
  speaker.apply([{ ...session, peer: us }])
  return {
    watched,
    /** It has heard so many more packets. */
    async heard(count: number): Promise<void> {
      const received = () => speaker.reports()[0]!.counters.received
      const wanted = received() + count
      while (received() < wanted) await delay(10)
    },
    [Symbol.dispose]: () => speaker[Symbol.dispose](),
  }
}

function folder(): Disposable & { readonly socket: string } {
  const path = mkdtempSync(join(tmpdir(), 'skep-bfd-'))
  return { socket: join(path, 'bfd.sock'), [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

/** Has the BFD process run on the left host. */
function command(): string[] {
  return ['nsenter', `--net=${net.left.namespace.path}`, ...bfdCommand()]
}

async function control(options: Pick<BfdProcessOptions, 'socket'> & Partial<BfdProcessOptions>) {
  const watched = new Watched()
  const events: BfdEvent[] = []
  let wake = Promise.withResolvers<void>()
  const bfd = await startBfdProcess({
    command: command(),
    orphanSeconds: 60,
    ...options,
    onChange: (change) => watched.note(change.session, change.from),
    onEvent: (event) => {
      events.push(event)
      wake.resolve()
      wake = Promise.withResolvers()
    },
  })
  const until = async (name: BfdEvent['event'], count: number): Promise<void> => {
    while (events.filter(({ event }) => event === name).length < count) await wake.promise
  }
  return { bfd, watched, events, until }
}

/** A control plane that is a process of its own; its session is up. */
async function controlPlane(socket: string) {
  const args = [socket, JSON.stringify(command()), JSON.stringify(session)]
  const child = fork(`${import.meta.dirname}/../../test/control-plane.ts`, args, {
    execArgv: ['--conditions=@skep/source'],
    // The process that it leaves is meant to be nobody's child for a while: test files beside this one must not mind.
    env: { ...process.env, SKEP_TEST_RUN: '' },
  })
  const [{ pid }] = (await once(child, 'message')) as [{ pid: number }]
  return { child, pid }
}

test('a control plane that spins, and then is killed, flaps nothing; the next one adopts', async () => {
  using place = folder()
  using other = neighbor()
  const before = await controlPlane(place.socket)
  await other.watched.until(us, 'up')
  const exited = once(before.child, 'exit')
  before.child.send('spin')
  await other.heard(22)
  before.child.kill('SIGKILL')
  await exited
  await other.heard(22)
  const { bfd, watched, events } = await control(place)
  try {
    expect(events).toEqual([
      { event: 'connected', pid: before.pid, adopted: true, runs: expect.stringContaining('SCHED_RR') },
    ])
    expect(bfd.session(session)).toMatchObject({ state: { name: 'up' }, counters: { ups: 1, downs: 0 } })
    bfd.apply([session])
    const [report] = await bfd.ask()
    expect(report!.counters.received).toBeGreaterThan(40)
    expect(report!.state.heardAt! - report!.state.since).toBeGreaterThan(3000)
    expect([...other.watched.seen, ...watched.seen].filter((each) => each.endsWith('down'))).toEqual([])
  } finally {
    await bfd.stop()
  }
  // To the peer the end was one on purpose.
  const down = await other.watched.until(us, 'down')
  expect(down.state).toMatchObject({ why: expect.stringContaining('kept down by its administrator') })
})

test('a BFD process that is killed is started again before its peer has missed it', async () => {
  using place = folder()
  using other = neighbor()
  const { bfd, watched, until } = await control(place)
  try {
    expect(statSync(place.socket).mode & 0o777).toBe(0o600)
    // The peer waits ten seconds.
    bfd.apply([{ ...session, multiplier: patient(100) }])
    const { state, sourcePort } = await watched.until(peer, 'up')
    await other.watched.until(us, 'up')
    const killed = bfd.pid!
    process.kill(killed, 'SIGKILL')
    await until('connected', 2)
    expect(bfd.pid).not.toBe(killed)
    await other.heard(22)
    const [report] = await bfd.ask()
    expect(report).toMatchObject({ sourcePort, state: { name: 'up', discriminator: state.discriminator } })
    expect([...other.watched.seen, ...watched.seen].filter((each) => each.endsWith('down'))).toEqual([])
  } finally {
    await bfd.stop()
  }
})

test('another process takes the sessions over while they are up', async () => {
  using place = folder()
  using other = neighbor()
  const { bfd, watched, until } = await control(place)
  try {
    bfd.apply([{ ...session, multiplier: patient(100) }])
    await Promise.all([watched.until(peer, 'up'), other.watched.until(us, 'up')])
    const before = bfd.pid
    const [program, ...args] = command()
    const next = spawn(program!, [...args, '--socket', place.socket, '--take-over'], { stdio: 'ignore' })
    await until('connected', 2)
    expect(bfd.pid).not.toBe(before)
    await other.heard(22)
    expect([...other.watched.seen, ...watched.seen].filter((each) => each.endsWith('down'))).toEqual([])
    const ended = once(next, 'exit')
    await bfd.stop()
    expect(await ended).toEqual([0, null])
  } finally {
    await bfd.close()
  }
})

test('who is left alone for too long ends, and tells its peer', async () => {
  using place = folder()
  using other = neighbor()
  const { bfd } = await control({ ...place, orphanSeconds: 1 })
  bfd.apply([session])
  await other.watched.until(us, 'up')
  await bfd.close()
  const down = await other.watched.until(us, 'down')
  expect(down.state).toMatchObject({ why: expect.stringContaining('kept down by its administrator') })
})

test('a bystander asks without steering, and may end it', async () => {
  using place = folder()
  using other = neighbor()
  expect(await askBfdProcess(place.socket)).toBeUndefined()
  const { bfd, watched } = await control(place)
  bfd.apply([session])
  await watched.until(peer, 'up')
  const { pid } = bfd
  expect(await askBfdProcess(place.socket)).toMatchObject([{ key: peer, state: { name: 'up' } }])
  await bfd.close()
  expect(await stopBfdProcess(place.socket)).toBe(pid)
  await other.watched.until(us, 'down')
  expect(await stopBfdProcess(place.socket)).toBeUndefined()
})

test('changes are a stream; what cannot be is refused before anything is done', async () => {
  using place = folder()
  using _other = neighbor()
  const { bfd } = await control(place)
  try {
    const changes = bfd.changes()
    bfd.apply([session])
    const seen: string[] = []
    for await (const { session: report } of changes) {
      seen.push(report.state.name)
      if (report.state.name === 'up') break
    }
    expect(seen[0]).toBe('down')
    expect(() => bfd.apply([{ peer: 'fe80::1' }])).toThrow('by which the link-local peer is reached')
    expect(bfd.sessions()).toMatchObject([{ key: peer, state: { name: 'up' } }])
  } finally {
    await bfd.stop()
  }
})
