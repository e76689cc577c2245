import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { folder, quick, Watched } from '../../test/events.ts'
import { closedPort, tcpServer } from '../../test/servers.ts'
import type { HealthRecord } from '../record.ts'
import { HealthWatch, stopHealthProcess } from './watch.ts'

/** A watch, and what it has been told since. */
async function watching(
  socket: string,
): Promise<{ watch: HealthWatch; until: (holds: () => boolean) => Promise<void> }> {
  let wake = (): void => {}
  const watch = await HealthWatch.open({ socket, onRecords: () => wake() })
  if (watch === undefined) throw new Error(`nobody answers on ${socket}`)
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve))
  }
  return { watch, until }
}

const statuses = (records: readonly HealthRecord[]): string[] => records.map(({ state }) => state.status)

test('several may watch while one steers: what is known, what changes, and what is no longer checked', async () => {
  using place = folder()
  const up = await tcpServer()
  const control = await Watched.start(place)
  try {
    control.health.apply([quick('web', [up.port, await closedPort()])])
    await control.statuses('web', ['up', 'down'])
    const both = [await watching(place.socket), await watching(place.socket)]
    for (const { watch } of both) {
      expect(watch.pid).toBe(control.health.pid)
      expect(statuses(watch.records())).toEqual(['up', 'down'])
    }
    await up[Symbol.asyncDispose]()
    for (const { watch, until } of both) await until(() => statuses(watch.records()).join() === 'down,down')
    control.health.apply([])
    for (const { watch, until } of both) await until(() => watch.records().length === 0)
    both[0]!.watch.close()
    expect(await stopHealthProcess(place.socket)).toBe(both[1]!.watch.pid)
    await Promise.all(both.map(({ watch }) => watch.closed))
  } finally {
    await control.health.stop()
  }
})

test('who only watches does not keep a process alive that nobody steers', async () => {
  using place = folder()
  const control = await Watched.start({ socket: place.socket, orphanSeconds: 0.3 })
  control.health.apply([])
  using watch = await HealthWatch.open(place)
  await control.health.close()
  await watch?.closed
  expect(watch?.pid).toBeGreaterThan(0)
})

test('where nobody listens, or somebody else does, there is nothing to watch or to stop', async () => {
  using place = folder()
  expect(await HealthWatch.open(place)).toBeUndefined()
  expect(await stopHealthProcess(place.socket)).toBeUndefined()
  const other = createServer((socket) => socket.end('220 mail.example.org ESMTP\n')).listen(place.socket)
  await once(other, 'listening')
  expect(await HealthWatch.open(place)).toBeUndefined()
  expect(await stopHealthProcess(place.socket)).toBeUndefined()
  other.close()
})
