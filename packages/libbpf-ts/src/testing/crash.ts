/*
 * Run by crash-safety.test.ts in processes and threads of its own: each way to end without closing anything.
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { u32 } from '../codec-scalars.ts'
import { ArrayMap } from '../maps/array-map.ts'
import { RingBufferMap } from '../maps/ring-buffer-map.ts'
import { loadTestObject } from './load.ts'

/** A mapping, a ring that is waited on, maps and programs: all open. */
export async function openEverything(): Promise<void> {
  const maps = loadTestObject('maps.bpf.o')
  const memory = new ArrayMap(maps.handle('numbers'), { value: u32 }).mmap()
  new Uint32Array(memory.buffer)[0] = 1
  const ring = new RingBufferMap(loadTestObject('ring.bpf.o').handle('events'))
  ring.reader().drain()
  const reader = ring.reader()
  const waiting = reader[Symbol.asyncIterator]().next()
  await new Promise(setImmediate)
  parentPort?.postMessage('open')
  if (isMainThread || workerData === 'exit') process.exit(7)
  await waiting
}

if (!isMainThread || process.argv[2] === 'exit') await openEverything()
