import { traffic } from '@skep/testbed'
import { type Family, urls } from './config.ts'
import { balanced, type Balanced } from './report.ts'
import type { Scene } from './scene.ts'

const REQUESTS = 3000

/** Some thousand HTTP requests, each on a connection of its own. */
export async function balance({ network: { net }, progress }: Scene, family: Family): Promise<Balanced> {
  progress.step(`${REQUESTS} HTTP requests to ${urls[family]}, a connection each`)
  const options = { protocol: 'http', url: urls[family], requests: REQUESTS, concurrency: 8 } as const
  const onProgress = ({ requests }: { requests: number }) => progress.at(`${requests}`)
  return balanced(await traffic(net.client, options, { onProgress }))
}
