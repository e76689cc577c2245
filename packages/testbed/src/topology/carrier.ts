import { TestbedError } from '../error.ts'
import type { Host } from './host.ts'
import { patient } from '../patience.ts'

const timeoutMs = patient(10_000)

/** Resolves when the devices can send: an end of a veth drops what it is given until its peer is up too. */
export async function untilCarrier(host: Host, devices: readonly string[]): Promise<void> {
  const down = (): string[] => devices.filter((name) => host.device(name).operState !== 'UP')
  if (down().length === 0) return
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    await using changes = host.netlink.monitor(['link'], { signal })
    for await (const _ of changes) if (down().length === 0) return
  } catch (cause) {
    if (!signal.aborted) throw cause
    throw new TestbedError('NOT_READY', `host ${host.name}`, `${down().join(', ')} stayed down`, { cause })
  }
}
