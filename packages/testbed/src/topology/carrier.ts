import { setTimeout as delay } from 'node:timers/promises'
import { TestbedError } from '../error.ts'
import type { Host } from './host.ts'

const timeoutMs = 10_000

/** Resolves when the devices can send: an end of a veth drops what it is given until its peer is up too. */
export async function untilCarrier(host: Host, devices: readonly string[]): Promise<void> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const down = devices.filter((name) => host.device(name).operState !== 'UP')
    if (down.length === 0) return
    if (performance.now() > end)
      throw new TestbedError('NOT_READY', `host ${host.name}`, `${down.join(', ')} stayed down`)
    await delay(1)
  }
}
