import type { Candidate } from './endpoint.ts'
import { fitsTopology, type Topology, topologyOf, type TopologyQuestion } from './topology.ts'
import { type Rule, rules } from './verdict.ts'

/** Which endpoints may be asked: all of the cluster, or those of this node. */
export type TrafficPolicy = 'Cluster' | 'Local'

/** Rules by which an endpoint is gone although its slice lists it. */
export type GoneRule = 'pod-ended' | 'drain-timeout'

/** How to choose among a service's endpoints on this node. */
export interface ChoiceQuestion extends TopologyQuestion {
  /** Do terminating endpoints that serve take new connections beside ready ones? */
  readonly acceptWhileDraining: boolean
  /** Are terminating endpoints used where none is ready, and kept while they drain? */
  readonly usesTerminating: boolean
  /** Why an endpoint is gone although its slice lists it. */
  readonly gone: (candidate: Candidate) => GoneRule | undefined
}

/** Who takes new connections, within one traffic policy. */
export interface Choice {
  /** By candidate: the rule that decided. */
  readonly rules: readonly Rule[]
  readonly topology: Topology
  /** Endpoints that would take connections without topology. */
  readonly available: number
  readonly chosen: number
}

/**
 * Chooses endpoints as KEP-1669 says, within the scope of the traffic policy: ready ones that fit the topology; where the
 * policy has no ready one, those that terminate and still serve. Pure.
 */
export function choose(candidates: readonly Candidate[], policy: TrafficPolicy, question: ChoiceQuestion): Choice {
  const first = candidates.map((candidate) => before(candidate, policy, question))
  const ready = candidates.filter((_, i) => first[i] === 'ready')
  const topology: Topology = policy === 'Local' ? { mode: 'all' } : topologyOf(ready, question)
  const final = first.map((rule, i) => after(rule, candidates[i]!, ready.length > 0, topology, question))
  return {
    rules: final,
    topology,
    available: first.filter((rule) => rule === 'ready').length,
    chosen: final.filter((rule) => rules[rule].fate === 'chosen').length,
  }
}

/** What an endpoint is by itself. `draining` is terminating and serving here. */
function before(candidate: Candidate, policy: TrafficPolicy, question: ChoiceQuestion): Rule {
  const { endpoint } = candidate
  const gone = question.gone(candidate)
  if (gone) return gone
  if (policy === 'Local' && endpoint.nodeName !== question.nodeName) return 'other-node'
  if (endpoint.weight === 0) return 'maintenance'
  if (endpoint.ready) return 'ready'
  if (!endpoint.terminating || !question.usesTerminating) return 'not-ready'
  return endpoint.serving ? 'draining' : 'terminating-not-serving'
}

function after(
  rule: Rule,
  candidate: Candidate,
  isAnyReady: boolean,
  topology: Topology,
  question: ChoiceQuestion,
): Rule {
  if (rule === 'ready') return fitsTopology(candidate, topology) ? rule : otherPlace(topology)
  if (rule !== 'draining') return rule
  if (!isAnyReady) return 'last-serving'
  return question.acceptWhileDraining && fitsTopology(candidate, topology) ? 'accepts-while-draining' : rule
}

function otherPlace({ mode }: Topology): Rule {
  return mode === 'node' ? 'hinted-for-other-node' : 'hinted-for-other-zone'
}
