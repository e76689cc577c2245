import { compilePod } from './compile/host-port.ts'
import { groupFor, type Parts } from './compile/parts.ts'
import { compileService } from './compile/service.ts'
import { choiceText } from './compile/status.ts'
import type { Compiled } from './compile/draft.ts'
import { whyWins } from './conflicts/claims.ts'
import { type Rule, rules } from './endpoints/verdict.ts'
import type { Problem } from './settings/problem.ts'
import { formatAddressPort, frontendKey, healthKey } from './table/claims-of.ts'
import { podOwner } from './table/inputs.ts'
import type { ServiceTable } from './table/table.ts'

/** Why a service is served as it is. */
export interface Explanation {
  /** `namespace/name`. */
  readonly service: string
  readonly status: string
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
  readonly frontends: readonly ExplainedFrontend[]
}

export interface ExplainedFrontend {
  /** `internal 10.96.0.10:80/TCP`. */
  readonly frontend: string
  readonly kind: string
  /** Of traffic: `Cluster` or `Local`; a pod's port has none. */
  readonly policy?: string
  /** Another service has it, and why. */
  readonly lostTo?: string
  /** `4 → 2 by zone a`. */
  readonly choice: string
  readonly endpoints: readonly ExplainedEndpoint[]
}

export interface ExplainedEndpoint {
  /** `10.0.0.1:8080`. */
  readonly endpoint: string
  readonly nodeName?: string
  readonly zone?: string
  readonly rule: Rule
  /** The rule, in words. */
  readonly why: string
}

/** Says of each frontend and endpoint of a service, or of a pod with host ports, what it comes to, and by which rule. `undefined`: there is none. */
export function explain(table: ServiceTable, name: string, now: number): Explanation | undefined {
  const service = table.inputs.services.get(name)
  const context = table.context(now)
  if (service) {
    const namespace = table.inputs.namespaces.get(service.metadata.namespace)
    const compiled = compileService({ service, slices: table.inputs.slicesOf(name), namespace }, context)
    return explanation(table, name, compiled, compiled.parts)
  }
  const pod = table.inputs.hostPods.get(name)
  return pod && explanation(table, podOwner(name), compilePod(pod, context), undefined)
}

function explanation(table: ServiceTable, owner: string, compiled: Compiled, parts: Parts | undefined): Explanation {
  const { name, status, notes } = compiled
  const frontends = parts ? explainListeners(table, owner, compiled, parts) : explainPod(table, owner, compiled)
  return {
    service: name,
    status,
    problems: [...compiled.problems, ...ownProblems(table, owner, compiled)],
    notes,
    frontends,
  }
}

function explainListeners(
  table: ServiceTable,
  owner: string,
  { frontends }: Compiled,
  parts: Parts,
): ExplainedFrontend[] {
  return parts.listeners.map((listener, i) => {
    const group = groupFor(parts, listener)
    const choice = group.choice(listener.policy)
    return {
      ...head(table, owner, frontends[i]!),
      policy: listener.policy,
      choice: choiceText(group, choice),
      endpoints: group.candidates.map(({ endpoint, port }, row) => ({
        endpoint: formatAddressPort(endpoint.address, port),
        ...(endpoint.nodeName !== undefined && { nodeName: endpoint.nodeName }),
        ...(endpoint.zone !== undefined && { zone: endpoint.zone }),
        rule: choice.rules[row]!,
        why: rules[choice.rules[row]!].text,
      })),
    }
  })
}

function explainPod(table: ServiceTable, owner: string, { frontends, backends }: Compiled): ExplainedFrontend[] {
  return frontends.map((frontend) => ({
    ...head(table, owner, frontend),
    choice: 'the pod itself',
    endpoints: backends
      .filter(({ key }) => frontend.members.some(({ backend }) => backend === key))
      .map(({ address, port }) => ({
        endpoint: formatAddressPort(address, port),
        rule: 'ready',
        why: rules.ready.text,
      })),
  }))
}

function head(
  { claims }: ServiceTable,
  owner: string,
  draft: Compiled['frontends'][number],
): Pick<ExplainedFrontend, 'frontend' | 'kind' | 'lostTo'> {
  const key = frontendKey(draft)
  return { frontend: key, kind: draft.kind, ...lost(claims, key, owner) }
}

/** Who has what a service wants, and why. */
export function lost(claims: ServiceTable['claims'], key: string, owner: string): { lostTo?: string } {
  const own = [...claims.claimants(key)].find(({ service }) => service === owner)
  const winner = claims.winner(key)
  if (!own || !winner || winner.service === owner) return {}
  return { lostTo: `${winner.service} has it: ${whyWins(winner, own)}` }
}

/** What is not in the service itself. */
function ownProblems(table: ServiceTable, owner: string, { healthCheck }: Compiled): Problem[] {
  const { lostTo } = healthCheck ? lost(table.claims, healthKey(healthCheck.port), owner) : {}
  return [
    ...(lostTo === undefined ? [] : [{ path: 'spec.healthCheckNodePort', message: lostTo }]),
    ...(table.starved.has(owner)
      ? [
          {
            path: 'backends',
            message: `some have no id: ${table.ids.used} of ${table.ids.size} are taken; raise bpf-lb-map-max`,
          },
        ]
      : []),
  ]
}

/** An explanation as lines of text. */
export function formatExplanation({ service, status, problems, notes, frontends }: Explanation): string[] {
  return [
    `${service}: ${status}`,
    ...problems.map(({ path, message }) => `  problem: ${path}: ${message}`),
    ...notes.map((note) => `  note: ${note}`),
    ...frontends.flatMap(({ frontend, kind, policy, lostTo, choice, endpoints }) => [
      `  ${frontend} (${kind}${policy === undefined ? '' : `, ${policy}`}): ${lostTo ?? choice}`,
      ...(lostTo === undefined ? endpoints.map(formatEndpoint) : []),
    ]),
  ]
}

function formatEndpoint({ endpoint, nodeName, zone, why }: ExplainedEndpoint): string {
  const place = [nodeName === undefined ? [] : `on ${nodeName}`, zone === undefined ? [] : `in ${zone}`]
    .flat()
    .join(' ')
  return `    ${endpoint}${place === '' ? '' : ` ${place}`}: ${why}`
}
