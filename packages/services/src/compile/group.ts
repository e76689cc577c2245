import type { IpFamily, ServicePort } from '@skep/kube'
import { type Choice, choose, type ChoiceQuestion, type TrafficPolicy } from '../endpoints/choose.ts'
import type { Candidate } from '../endpoints/endpoint.ts'
import { rules } from '../endpoints/verdict.ts'
import type { BackendDraft } from '../backends/draft.ts'
import type { Draining, MemberDraft } from './draft.ts'

/** The endpoints of one port of a service in one family, and who is chosen among them by each traffic policy. */
export class Group {
  readonly family: IpFamily
  readonly port: ServicePort
  readonly candidates: readonly Candidate[]
  readonly #question: ChoiceQuestion
  readonly #choices = new Map<TrafficPolicy, Choice>()
  readonly #members = new Map<TrafficPolicy, readonly MemberDraft[]>()
  readonly #leftOut = new Map<TrafficPolicy, readonly string[]>()

  constructor(family: IpFamily, port: ServicePort, candidates: readonly Candidate[], question: ChoiceQuestion) {
    this.family = family
    this.port = port
    this.candidates = candidates
    this.#question = question
  }

  /** Who takes new connections. */
  choice(policy: TrafficPolicy): Choice {
    let choice = this.#choices.get(policy)
    if (!choice) this.#choices.set(policy, (choice = choose(this.candidates, policy, this.#question)))
    return choice
  }

  /** The same array for all frontends with this policy. */
  members(policy: TrafficPolicy): readonly MemberDraft[] {
    let members = this.#members.get(policy)
    if (!members) this.#members.set(policy, (members = this.#membersBy(this.choice(policy))))
    return members
  }

  /** Who exists, but is no member. The same array for all frontends with this policy. */
  leftOut(policy: TrafficPolicy): readonly string[] {
    let keys = this.#leftOut.get(policy)
    if (keys) return keys
    const choice = this.choice(policy)
    keys = this.candidates
      .filter((_, i) => rules[choice.rules[i]!].fate === 'left-out')
      .map(({ backend }) => backend.key)
    this.#leftOut.set(policy, keys)
    return keys
  }

  /** Would anybody anywhere take connections? */
  get hasAny(): boolean {
    return this.choice('Cluster').chosen > 0
  }

  /** Everybody who exists. */
  backends(): BackendDraft[] {
    return this.#existing().map(({ backend }) => backend)
  }

  /** Who takes its leave. `policies`: those that the service's frontends have. `since`: when it was first seen so. */
  draining(
    policies: readonly TrafficPolicy[],
    timeout: number | undefined,
    since: (key: string) => number,
  ): Draining[] {
    return this.candidates.flatMap((candidate, i): Draining[] => {
      if (!candidate.endpoint.terminating) return []
      const backend = candidate.backend.key
      const gone = this.#question.gone(candidate)
      const accepts = policies.some((policy) => rules[this.choice(policy).rules[i]!].fate === 'chosen')
      const deadline = timeout === undefined ? {} : { deadline: since(backend) + timeout }
      return [{ backend, ...deadline, accepts, ...(gone && { gone }) }]
    })
  }

  /** Ready endpoints on a node. */
  readyOn(nodeName: string): string[] {
    return this.#existing().flatMap(({ endpoint }) =>
      endpoint.ready && endpoint.nodeName === nodeName ? [endpoint.address] : [],
    )
  }

  #existing(): readonly Candidate[] {
    return this.candidates.filter((candidate) => this.#question.gone(candidate) === undefined)
  }

  #membersBy(choice: Choice): MemberDraft[] {
    return this.candidates.flatMap(({ endpoint, backend }, i) => {
      const { fate } = rules[choice.rules[i]!]
      if (fate === 'chosen') return [{ backend: backend.key, weight: endpoint.weight }]
      return fate === 'kept' ? [{ backend: backend.key, weight: 0 }] : []
    })
  }
}
