import type { IpFamily, ServicePort } from '@skep/kube'
import { type Choice, choose, type ChoiceQuestion, type GoneRule, type TrafficPolicy } from '../endpoints/choose.ts'
import type { Candidate } from '../endpoints/endpoint.ts'
import { rules } from '../endpoints/verdict.ts'
import { type BackendDraft, backendKey, type Draining, type MemberDraft } from './draft.ts'

/** As `ChoiceQuestion`, where who is gone is told by the key of its backend. */
export type GroupQuestion = Omit<ChoiceQuestion, 'gone'> & {
  readonly gone: (candidate: Candidate, backend: string) => GoneRule | undefined
}

/** The endpoints of one port of a service in one family, and who is chosen among them by each traffic policy. */
export class Group {
  readonly family: IpFamily
  readonly port: ServicePort
  readonly candidates: readonly Candidate[]
  readonly keys: readonly string[]
  readonly #question: ChoiceQuestion
  readonly #choices = new Map<TrafficPolicy, Choice>()
  readonly #members = new Map<TrafficPolicy, readonly MemberDraft[]>()
  readonly #leftOut = new Map<TrafficPolicy, readonly string[]>()

  constructor(family: IpFamily, port: ServicePort, candidates: readonly Candidate[], question: GroupQuestion) {
    this.family = family
    this.port = port
    this.candidates = candidates
    this.keys = candidates.map(({ endpoint, port: number }) => backendKey(port.protocol, endpoint.address, number))
    this.#question = { ...question, gone: (candidate, i) => question.gone(candidate, this.keys[i]!) }
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
    keys = this.keys.filter((_, i) => rules[choice.rules[i]!].fate === 'left-out')
    this.#leftOut.set(policy, keys)
    return keys
  }

  /** Would anybody anywhere take connections? */
  get hasAny(): boolean {
    return this.choice('Cluster').chosen > 0
  }

  /** Everybody who exists. */
  backends(): BackendDraft[] {
    return this.#existing().map(({ endpoint, port, key }) => ({
      key,
      address: endpoint.address,
      port,
      protocol: this.port.protocol,
      ...(endpoint.nodeName !== undefined && { nodeName: endpoint.nodeName }),
      ...(endpoint.zone !== undefined && { zone: endpoint.zone }),
      state: endpoint.terminating ? 'terminating' : 'active',
    }))
  }

  /** Who takes its leave. `policies`: those that the service's frontends have. `since`: when it was first seen so. */
  draining(
    policies: readonly TrafficPolicy[],
    timeout: number | undefined,
    since: (key: string) => number,
  ): Draining[] {
    return this.candidates.flatMap((candidate, i): Draining[] => {
      if (!candidate.endpoint.terminating) return []
      const backend = this.keys[i]!
      const gone = this.#question.gone(candidate, i)
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

  #existing(): (Candidate & { readonly key: string })[] {
    return this.candidates.flatMap((candidate, i) =>
      this.#question.gone(candidate, i) === undefined ? [{ ...candidate, key: this.keys[i]! }] : [],
    )
  }

  #membersBy(choice: Choice): MemberDraft[] {
    return this.candidates.flatMap(({ endpoint }, i) => {
      const { fate } = rules[choice.rules[i]!]
      if (fate === 'chosen') return [{ backend: this.keys[i]!, weight: endpoint.weight }]
      return fate === 'kept' ? [{ backend: this.keys[i]!, weight: 0 }] : []
    })
  }
}
