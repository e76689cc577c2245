import type { Service } from '@skep/kube'
import { annotationPath, type Problem } from './problem.ts'

/** The older annotation; where both are there it wins, as the control plane has it. */
const HINTS = 'service.kubernetes.io/topology-aware-hints'
const MODE = 'service.kubernetes.io/topology-mode'
const distributions = ['PreferSameZone', 'PreferSameNode', 'PreferClose']

/** What a service says about topology hints. */
export interface TopologyWish {
  /** Like `trafficDistribution PreferSameZone`. */
  readonly asked?: string
  /** Why hints do not count. */
  readonly off?: string
}

/**
 * Hints are the control plane's to write; they count wherever they are, as with kube-proxy since 1.33, unless an annotation
 * says `disabled` and no `trafficDistribution` asks for them.
 */
export function topologyWish({ metadata, spec }: Service, isEnabled: boolean, problems: Problem[]): TopologyWish {
  const key = HINTS in metadata.annotations ? HINTS : MODE
  const annotation = metadata.annotations[key] ?? ''
  const wish = distributionWish(spec.trafficDistribution, problems) ?? annotationWish(key, annotation)
  return isEnabled ? wish : { ...wish, off: 'enable-service-topology is off' }
}

function distributionWish(wanted: string | undefined, problems: Problem[]): TopologyWish | undefined {
  if (wanted === undefined) return undefined
  if (distributions.includes(wanted)) return { asked: `trafficDistribution ${wanted}` }
  const message = `${JSON.stringify(wanted)} is not known and has no effect; write one of ${distributions.join(', ')}`
  problems.push({ path: 'spec.trafficDistribution', message })
  return undefined
}

function annotationWish(key: string, value: string): TopologyWish {
  if (value === '') return {}
  return value.toLowerCase() === 'disabled'
    ? { off: `${annotationPath(key)} is disabled` }
    : { asked: `${key} ${value}` }
}
