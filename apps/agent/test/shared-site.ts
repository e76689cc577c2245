import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals'
import { Site } from './site.ts'
import type { SkepAgent } from './skep-agent.ts'

/** A cluster with an agent for all tests of a group, and what one test makes and leaves behind. */
export interface SharedSite {
  readonly site: Site
  readonly agent: SkepAgent
  readonly stack: AsyncDisposableStack
}

const PATIENCE_MS = 120_000

/** Call it in the body of a `describe`; its parts are there from the first test on. */
export function sharedSite(): SharedSite {
  const all = new AsyncDisposableStack()
  let made: Pick<SharedSite, 'site' | 'agent'>
  let stack: AsyncDisposableStack

  beforeAll(async () => {
    const site = all.use(await Site.open())
    made = { site, agent: await site.agent(all) }
  }, PATIENCE_MS)

  afterAll(() => all.disposeAsync(), PATIENCE_MS)

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync(), PATIENCE_MS)

  return {
    get site() {
      return made.site
    },
    get agent() {
      return made.agent
    },
    get stack() {
      return stack
    },
  }
}
