import type { KubeObject } from '../objects/kinds.ts'

/** What has become of one object since its reader looked last. */
export type Change<T extends KubeObject> =
  | { readonly type: 'added'; readonly key: string; readonly before?: undefined; readonly after: T }
  | { readonly type: 'modified'; readonly key: string; readonly before: T; readonly after: T }
  | { readonly type: 'deleted'; readonly key: string; readonly before: T; readonly after?: undefined }

/** What lies between two states of one object; `undefined`: nothing. */
export function changeOf<T extends KubeObject>(
  key: string,
  before: T | undefined,
  after: T | undefined,
): Change<T> | undefined {
  if (before === undefined) return after && { type: 'added', key, after }
  if (after === undefined) return { type: 'deleted', key, before }
  return { type: 'modified', key, before, after }
}
