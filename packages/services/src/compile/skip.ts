import { notForNode } from '../settings/exposure.ts'
import type { Problem } from '../settings/problem.ts'
import type { Context, ServiceInput } from './context.ts'

const PROXY_NAME = 'service.kubernetes.io/service-proxy-name'
const HEADLESS = 'service.kubernetes.io/headless'

/** Why a service has no frontends on this node, and should have none; `undefined`: it should. */
export function skipReason({ service }: ServiceInput, context: Context, problems: Problem[]): string | undefined {
  const { metadata, spec } = service
  const { options, node } = context
  if (spec.type === 'ExternalName') return 'it is of type ExternalName: DNS answers for it'
  const proxy = metadata.labels[PROXY_NAME]
  if (proxy !== options.proxyName) return otherProxy(proxy, options.proxyName)
  if (HEADLESS in metadata.labels) return `it has the label ${HEADLESS}`
  if (spec.clusterIPs.includes('None')) return 'it is headless (clusterIP: None): DNS gives the endpoints out'
  if (spec.clusterIPs.length === 0) return 'it has no cluster address yet'
  return notForNode(service, node.labels, problems)
}

function otherProxy(theirs: string | undefined, ours: string | undefined): string {
  if (theirs === undefined) return `it lacks the label ${PROXY_NAME}=${ours}, which k8s-service-proxy-name asks for`
  return `its label ${PROXY_NAME}=${theirs} names another proxy`
}
