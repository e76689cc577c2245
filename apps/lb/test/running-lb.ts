import { afterAll, beforeAll } from '@jest/globals'
import { SkepLb } from './skep-lb.ts'
import type { Host } from '@skep/testbed'

const TIMEOUT_MS = 60_000

/**
 * A load balancer that all tests of a describe block share, on a host of a lab that a block around it shares: so it ends before the
 * lab does. `prepare` makes the host ready and gives the configuration.
 */
export function runningLb(
  host: () => Host,
  prepare: (host: Host) => string | Promise<string>,
): { readonly lb: SkepLb } {
  let lb: SkepLb | undefined
  beforeAll(async () => {
    const config = await prepare(host())
    lb = SkepLb.on(host())
    await lb.start(config)
  }, TIMEOUT_MS)
  afterAll(() => lb?.[Symbol.asyncDispose](), TIMEOUT_MS)
  return {
    get lb() {
      if (lb === undefined) throw new Error('the load balancer is there in hooks and tests only')
      return lb
    },
  }
}
