import { formatFieldSelector, formatLabelSelector } from '../follow/selector.ts'
import type { FollowOptions } from '../follow/source.ts'
import type { KubeObject, Kind } from '../objects/kinds.ts'

/** Where the API has a kind: `/api/v1/namespaces/default/services`. */
export function collectionPath(kind: Pick<Kind<KubeObject>, 'apiVersion' | 'plural'>, namespace?: string): string {
  const root = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`
  return `${root}${namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''}/${kind.plural}`
}

/** Where the API has one object. */
export function objectPath(
  kind: Pick<Kind<KubeObject>, 'apiVersion' | 'plural'>,
  { namespace, name }: { readonly namespace?: string; readonly name: string },
): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** Which objects, for the API server to choose. */
export function selectorQuery({ labels, fields }: FollowOptions): Query {
  return {
    labelSelector: labels && (formatLabelSelector(labels) || undefined),
    fieldSelector: fields && (formatFieldSelector(fields) || undefined),
  }
}
