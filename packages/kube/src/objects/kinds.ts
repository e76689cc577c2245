import type { z } from 'zod'
import { configMapSchema, type ConfigMap } from './config-map.ts'
import { endpointSliceSchema, type EndpointSlice } from './endpoint-slice.ts'
import type { Metadata } from './metadata.ts'
import { namespaceSchema, type Namespace } from './namespace.ts'
import { nodeSchema, type Node } from './node.ts'
import { podSchema, type Pod } from './pod.ts'
import { serviceSchema, type Service } from './service.ts'

/** What every object that can be followed has. */
export interface KubeObject {
  readonly kind: string
  readonly metadata: Metadata
}

/** A kind of objects: where the API has it, and how one is read. */
export interface Kind<T extends KubeObject> {
  readonly kind: T['kind']
  /** Like `v1` or `discovery.k8s.io/v1`. */
  readonly apiVersion: string
  /** As it stands in the path of the API: `endpointslices`. */
  readonly plural: string
  readonly namespaced: boolean
  /** Checks an object and keeps what is in use. */
  readonly schema: z.ZodType<T>
}

export const services: Kind<Service> = {
  kind: 'Service',
  apiVersion: 'v1',
  plural: 'services',
  namespaced: true,
  schema: serviceSchema,
}

export const endpointSlices: Kind<EndpointSlice> = {
  kind: 'EndpointSlice',
  apiVersion: 'discovery.k8s.io/v1',
  plural: 'endpointslices',
  namespaced: true,
  schema: endpointSliceSchema,
}

export const nodes: Kind<Node> = {
  kind: 'Node',
  apiVersion: 'v1',
  plural: 'nodes',
  namespaced: false,
  schema: nodeSchema,
}

export const namespaces: Kind<Namespace> = {
  kind: 'Namespace',
  apiVersion: 'v1',
  plural: 'namespaces',
  namespaced: false,
  schema: namespaceSchema,
}

export const pods: Kind<Pod> = {
  kind: 'Pod',
  apiVersion: 'v1',
  plural: 'pods',
  namespaced: true,
  schema: podSchema,
}

export const configMaps: Kind<ConfigMap> = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  plural: 'configmaps',
  namespaced: true,
  schema: configMapSchema,
}
