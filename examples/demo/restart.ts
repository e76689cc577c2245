import { startTraffic } from '@skep/testbed'
import { urls } from './config.ts'
import type { Restart } from './report.ts'
import { flows, movedPorts, type Scene } from './scene.ts'
import { idsOf } from './status.ts'

const REQUESTS = 400

/** `kill -9` under load, some hundred requests without any process, then a new start. */
export async function restart({ network: { net }, lb, progress }: Scene): Promise<Restart> {
  progress.step('where new connections from a thousand client ports go')
  const [before, ids] = [await flows(net.client), idsOf(await lb.status())]
  await using load = await startTraffic(net.client, {
    protocol: 'http',
    url: urls.ipv4,
    concurrency: 4,
    progressMs: 20,
  })
  await load.reached(REQUESTS)
  progress.step('kill -9 of skep-lb under load')
  await lb.kill()
  const killed = load.progress.requests
  const { requests: alone } = await load.reached(killed + REQUESTS)
  progress.step('skep-lb starts again and adopts what is in the kernel')
  await lb.start()
  const started = load.progress.requests
  await load.reached(started + REQUESTS)
  const { requests, failed } = await load.stop()
  const moved = movedPorts(before, await flows(net.client)).length
  return { requests, failed, whileDead: alone - killed, movedFlows: moved, sameIds: idsOf(await lb.status()) === ids }
}
