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
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}

const file = new URL('../../../deploy/kubernetes/skep-agent.yaml', import.meta.url)

/** The objects of deploy/kubernetes/skep-agent.yaml. */
export function manifest(): kinds.KubeObject[] {
  const objects = parseAllDocuments(readFileSync(file, 'utf8')).map((document): unknown => document.toJS())
  return objects.filter((object) => object !== null) as kinds.KubeObject[]
}

export function container(): Container {
  const set = manifest().find(({ kind }) => kind === 'DaemonSet') as unknown as {
    readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } }
  }
  return set.spec.template.spec.containers[0]!
}

/** The options of its ConfigMap. */
export function options(): Readonly<Record<string, string>> {
  const map = manifest().find(({ kind }) => kind === 'ConfigMap') as unknown as {
    readonly data: Readonly<Record<string, string>>
  }
  return map.data
}
