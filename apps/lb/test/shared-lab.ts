import { afterAll, beforeAll } from '@jest/globals'

interface Lab<Net> extends AsyncDisposable {
  readonly net: Net
}

const TIMEOUT_MS = 30_000

/**
 * A network that all tests of a file (or of the describe block that this is called in) share: made before the first,
 * disposed of after the last. Where every test is skipped, none is made.
 */
export function sharedLab<Net>(make: () => Promise<Lab<Net>>): { readonly net: Net } {
  let lab: Lab<Net> | undefined
  beforeAll(async () => {
    lab = await make()
  }, TIMEOUT_MS)
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]()
  }, TIMEOUT_MS)
  return {
    get net() {
      if (lab === undefined) throw new Error('the network is there in hooks and tests only')
      return lab.net
    },
  }
}
