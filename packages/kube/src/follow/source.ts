import type { Kind, KubeObject } from '../objects/kinds.ts'
import type { Store } from '../store/store.ts'
import type { FieldSelector, LabelSelector } from './selector.ts'
import type { FollowStatus } from './status.ts'

/** Which objects of a kind to follow. */
export interface FollowOptions {
  /** One namespace; else all. */
  readonly namespace?: string
  readonly labels?: LabelSelector
  readonly fields?: FieldSelector
}

/** Where objects come from: an API server, or a folder of YAML. */
export interface Source extends AsyncDisposable {
  /** Follows the objects of a kind until the source is disposed of. Never throws: what goes wrong is in the store's status, and is tried again. */
  follow<T extends KubeObject>(kind: Kind<T>, options?: FollowOptions): Store<T>
  /** How it goes, for each kind that is followed. */
  status(): readonly FollowStatus[]
}
