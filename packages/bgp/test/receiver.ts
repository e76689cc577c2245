import { formatPath } from '../src/wire/attributes/as-path.ts'
import { formatCommunity } from '../src/wire/community-text.ts'
import { decodeMessage } from '../src/wire/decode.ts'
import { Framer } from '../src/wire/framer.ts'
import type { DecodedUpdate } from '../src/wire/update.ts'

/** A peer that takes chunks of messages in and keeps what they say, one line a prefix. */
export class Receiver {
  readonly routes: Map<string, string> = new Map<string, string>()
  readonly updates: DecodedUpdate[] = []
  readonly #framer = new Framer()
  readonly #external: boolean

  constructor(external = true) {
    this.#external = external
  }

  take(chunks: Iterable<Uint8Array>): this {
    for (const chunk of chunks)
      for (const raw of this.#framer.push(chunk)) {
        const message = decodeMessage(raw, { as4: true, external: this.#external })
        if (message.type !== 'update') throw new Error(message.type)
        this.#apply(message.update)
      }
    return this
  }

  #apply(update: DecodedUpdate): void {
    if (update.errors.length > 0) throw update.errors[0]!
    this.updates.push(update)
    for (const list of update.withdrawn)
      for (const prefix of list.texts())
        if (!this.routes.delete(prefix)) throw new Error(`${prefix} was never announced`)
    const { asPath = [], med, localPref, communities = [] } = update.attributes
    for (const { prefixes, nextHop } of update.reach) {
      const parts = [`via ${nextHop.address}`, `path ${formatPath(asPath)}`, ...communities.map(formatCommunity)]
      if (med !== undefined) parts.push(`med ${med}`)
      if (localPref !== undefined) parts.push(`pref ${localPref}`)
      for (const prefix of prefixes.texts()) this.routes.set(prefix, parts.join(' '))
    }
  }
}
