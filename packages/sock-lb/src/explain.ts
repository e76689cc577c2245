import { type Destination, textOf } from './key.ts'
import type { Behaviour } from './load.ts'
import { findFrontend } from './lookup.ts'
import type { State, Treatment } from './state.ts'

/** A socket that is asked about: where it goes, and whose it is. */
export interface Question extends Destination {
  /** The cookie of its network namespace. */
  readonly netns: bigint
  /** The cgroups that its process is in, from just below the root down, by their ids. */
  readonly cgroups?: readonly bigint[]
}

/** What happens to it. `lines` say why, one reason a line. */
export interface Explanation {
  readonly verdict: 'translated' | 'refused' | 'left alone' | 'not a service'
  /** Who may be chosen, with how many of the slots. */
  readonly backends: readonly {
    readonly id: number
    readonly address: string
    readonly port: number
    readonly slots: number
  }[]
  readonly lines: readonly string[]
}

/** What the programs do with a socket, step by step as they do it. */
export function explain(question: Question, state: State, behaviour: Behaviour): Explanation {
  const treatments = treatmentsOf(question, state)
  const inHost = question.netns === behaviour.hostNetns
  const isHost = inHost || treatments.some(([, treatment]) => treatment === 'host')
  const lines = treatments.map(
    ([subject, treatment]) => `${subject}: ${treatment === 'host' ? 'treated as the host' : 'left alone'}`,
  )
  const alone = (line: string): Explanation => ({ verdict: 'left alone', backends: [], lines: [...lines, line] })
  if (treatments.some(([, treatment]) => treatment === 'leave')) return alone('its sockets are opted out')
  if (behaviour.hostNamespaceOnly && !isHost)
    return alone(
      `namespace ${question.netns} is a pod's, and only the host's (${behaviour.hostNetns}) are translated: bpf-lb-sock-hostns-only`,
    )
  return { ...explainService(question, state, isHost, lines) }
}

function treatmentsOf({ netns, cgroups = [] }: Question, { subjects }: State): [string, Treatment][] {
  const names = [`netns ${netns}`, ...cgroups.map((id, i) => `cgroup ${id} ${i + 1}`)]
  return names.flatMap((name) => (subjects.has(name) ? [[name, subjects.get(name)!]] : []))
}

function explainService(question: Question, state: State, isHost: boolean, before: readonly string[]): Explanation {
  const text = textOf(question)
  const found = findFrontend(question, state, isHost)
  if (!found)
    return {
      verdict: 'not a service',
      backends: [],
      lines: [...before, `${text} is no frontend for sockets of this node`, ...nearMiss(question, state)],
    }
  const service = state.services.get(found.frontend.service)!
  const backends = countSlots(service.slots.active).map(([id, slots]) => ({ id, ...state.backends.get(id)!, slots }))
  const by =
    found.by === 'address'
      ? 'a frontend by its address'
      : `an address of this node: the frontend of any address at port ${question.port}`
  const lines = [...before, `${text} is ${by}: service ${found.frontend.service}`]
  if (backends.length === 0)
    return {
      verdict: 'refused',
      backends,
      lines: [...lines, `it has no backend: ${service.unreachable ? 'EHOSTUNREACH' : 'ECONNREFUSED'}`],
    }
  return {
    verdict: 'translated',
    backends,
    lines: [...lines, chooses(service.affinity), `${service.slots.draining.length} more are draining`],
  }
}

function chooses(affinity: number): string {
  return affinity > 0
    ? `one backend for each network namespace, until it is silent for ${affinity} s`
    : 'any backend for each connection; one for each socket that sends datagrams'
}

/** Why it could be expected to be one. */
function nearMiss({ address, port, protocol, netns }: Question, state: State): string[] {
  const any = ['0.0.0.0', '::'].some((each) => state.frontends.has(textOf({ address: each, port, protocol })))
  if (any)
    return [
      `port ${port} is a frontend of this node's addresses, and ${address} is none of those to namespace ${netns}`,
    ]
  const other = textOf({ address, port, protocol: protocol === 'TCP' ? 'UDP' : 'TCP' })
  return state.frontends.has(other) ? [`${other} is one`] : []
}

function countSlots(ids: readonly number[]): [number, number][] {
  const counts = new Map<number, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return [...counts]
}
