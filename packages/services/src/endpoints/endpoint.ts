import type { BackendDraft } from '../backends/draft.ts'

/** One address of an EndpointSlice. */
export interface Endpoint {
  /** As text, in canonical spelling. */
  readonly address: string
  readonly nodeName?: string
  readonly zone?: string
  /** False while the pod is being deleted, unless its service publishes addresses that are not ready. */
  readonly ready: boolean
  /** Ready, whether or not the pod is being deleted. */
  readonly serving: boolean
  readonly terminating: boolean
  readonly forNodes: readonly string[]
  readonly forZones: readonly string[]
  /** Share of new connections; 0 is maintenance. */
  readonly weight: number
  /** `namespace/name` of the pod, where it is one. */
  readonly pod?: string
  readonly podUid?: string
}

/** An endpoint that has a port of the service. */
export interface Candidate {
  readonly endpoint: Endpoint
  /** Number of the target port, which may differ from slice to slice. */
  readonly port: number
  /** The backend that it is, as long as it is not gone. */
  readonly backend: BackendDraft
}
