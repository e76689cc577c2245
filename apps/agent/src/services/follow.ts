import {
  endpointSlices,
  namespaces,
  nodes,
  pods,
  services,
  type Change,
  type KubeObject,
  type Source as KubeSource,
  together,
} from '@skep/kube'
import type { ServiceTable, Source } from '@skep/services'

/** Who takes the objects: a table, and others beside it. */
export interface ServiceTaker {
  readonly options: Pick<ServiceTable['options'], 'nodeName'>
  set(object: Source): void
  delete(object: Source): void
}

/**
 * Takes the cluster's objects into the table. Yields when there is something new: the first time when all are known.
 * Of pods only this node's are followed: their host ports.
 */
export async function* followObjects(
  source: KubeSource,
  table: ServiceTaker,
  signal: AbortSignal,
): AsyncGenerator<readonly Source[]> {
  const stores = {
    services: source.follow(services),
    slices: source.follow(endpointSlices),
    nodes: source.follow(nodes),
    namespaces: source.follow(namespaces),
    pods: source.follow(pods, { fields: { 'spec.nodeName': table.options.nodeName } }),
  }
  for await (const round of together(stores, { signal })) {
    const changes: readonly Change<KubeObject>[] = Object.values(round).flat()
    for (const change of changes) take(table, change as Change<Source>)
    yield changes.flatMap(({ after }) => (after === undefined ? [] : [after as Source]))
  }
}

function take(table: ServiceTaker, { before, after }: Change<Source>): void {
  if (after) table.set(after)
  else if (before) table.delete(before)
}
