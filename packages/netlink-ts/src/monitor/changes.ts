import type { Netlink } from '../netlink.ts'
import type { Message } from '../wire/message.ts'
import { NLM_F_REPLACE } from '../wire/message.ts'
import type { Action } from './state.ts'
import { WatchState } from './state.ts'
import type { Change, Watched, WatchedKind } from './types.ts'
import type { Watch } from './watched.ts'
import { watches } from './watched.ts'

/** One kind of what is watched, with what was reported of it. */
export interface Tracker {
  readonly kind: WatchedKind
  readonly groups: readonly number[]
  /** What a message changes; `undefined` when it says nothing new, or nothing of this kind. */
  take(message: Message): Change | undefined
  /** Reads the whole table. */
  reload(netlink: Netlink): Change[]
}

export function tracker<K extends WatchedKind>(kind: K): Tracker {
  const watch: Watch<Watched[K]> = watches[kind]
  const state = new WatchState(watch)
  const change = ([action, value]: readonly [Action, Watched[K]]): Change => ({ type: kind, action, value }) as Change
  return {
    kind,
    groups: watch.groups,
    take(message) {
      const gone = message.type === watch.removed
      if ((message.type !== watch.added && !gone) || !watch.accepts(message)) return undefined
      const value = watch.decode(message)
      if (!watch.keeps(value)) return undefined
      const difference = gone ? state.removed(value) : state.added(value, (message.flags & NLM_F_REPLACE) !== 0)
      return difference && change(difference)
    },
    reload: (netlink) => state.replaced(watch.dump(netlink).filter((value) => watch.keeps(value))).map(change),
  }
}
