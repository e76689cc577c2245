import { startTraffic } from '@skep/testbed'
import { backend, vips } from './config.ts'
import type { RemovedBackend } from './report.ts'
import { flows, movedPorts, type Scene } from './scene.ts'

const CONNECTIONS = 60

/** Takes the last backend out of the configuration while connections are open to all three. */
export async function removeBackend({ network: { net, echo }, lb, progress }: Scene): Promise<RemovedBackend> {
  const removed = backend(3).name
  progress.step(`${CONNECTIONS} connections are opened and stay in use`)
  const before = await flows(net.client)
  await using live = await startTraffic(net.client, {
    protocol: 'tcp',
    address: vips.ipv4,
    port: 7,
    keepAlive: true,
    concurrency: CONNECTIONS,
    perSecond: 600,
    progressMs: 20,
  })
  const { requests } = await live.reached(4 * CONNECTIONS)
  const onRemoved = await openOn(echo)
  progress.step(`${removed} is taken out of the configuration (SIGHUP)`)
  lb.configure([1, 2])
  const slotsMoved = await lb.reload(`${vips.ipv4}:7/TCP`)
  await live.reached(requests + 8 * CONNECTIONS)
  const kept = await openOn(echo)
  progress.step('where new connections from the same ports go now')
  const after = await flows(net.client)
  const { failed, connections } = await live.stop()
  const moved = movedPorts(before, after)
  const left = Object.values(before).filter((server) => server === removed).length
  return {
    backend: removed,
    flows: Object.keys(before).length,
    onRemoved: left,
    moved: moved.length,
    movedOfOthers: moved.filter((port) => before[Number(port)] !== removed).length,
    slotsMoved,
    live: {
      connections: CONNECTIONS,
      onRemoved,
      broken: Math.max(failed, connections - CONNECTIONS, onRemoved - kept),
    },
  }
}

/** Connections that are open on the last backend. */
async function openOn(echo: Scene['network']['echo']): Promise<number> {
  const stats = await echo.at(-1)?.stats()
  return stats?.open ?? 0
}
