import { readFileSync } from 'node:fs'
import type { kinds } from '@skep/kube-testenv'
import { parseAllDocuments } from 'yaml'

interface Probe {
  readonly httpGet: { readonly host: string; readonly port: number; readonly path: string }
}

/** What of the agent's container tests look at. */
export interface Container {
  readonly args: readonly string[]
  readonly securityContext: { readonly capabilities: { readonly add: readonly string[] } }
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
  readonly volumeMounts: readonly VolumeMount[]
}

interface VolumeMount {
  readonly name: string
  readonly mountPath: string
  readonly readOnly?: boolean
}

interface PodSpec {
  readonly containers: readonly Container[]
  readonly volumes: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[]
}

/** What a container sees at a path. */
export interface Mount extends VolumeMount {
  /** What of the host that is; missing: nothing of the host's. */
  readonly hostPath: string | undefined
}

const file = new URL('../../../deploy/kubernetes/skep-agent.yaml', import.meta.url)

/** The objects of deploy/kubernetes/skep-agent.yaml. */
export function manifest(): kinds.KubeObject[] {
  const objects = parseAllDocuments(readFileSync(file, 'utf8')).map((document): unknown => document.toJS())
  return objects.filter((object) => object !== null) as kinds.KubeObject[]
}

export function container(): Container {
  return podSpec().containers[0]!
}

/** What is mounted into the agent's container. */
export function mounts(): readonly Mount[] {
  const { volumes } = podSpec()
  return container().volumeMounts.map((mount) => ({
    ...mount,
    hostPath: volumes.find(({ name }) => name === mount.name)?.hostPath?.path,
  }))
}

function podSpec(): PodSpec {
  const set = manifest().find(({ kind }) => kind === 'DaemonSet') as unknown as {
    readonly spec: { readonly template: { readonly spec: PodSpec } }
  }
  return set.spec.template.spec
}

/** The options of its ConfigMap. */
export function options(): Readonly<Record<string, string>> {
  const map = manifest().find(({ kind }) => kind === 'ConfigMap') as unknown as {
    readonly data: Readonly<Record<string, string>>
  }
  return map.data
}
