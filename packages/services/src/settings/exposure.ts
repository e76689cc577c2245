import type { Service } from '@skep/kube'
import { annotationPath, type Problem } from './problem.ts'
import { parseSelector } from './selector.ts'

const NODE = 'service.cilium.io/node'
const SELECTOR = 'service.cilium.io/node-selector'

/**
 * Why a service is not for this node, by `service.cilium.io/node-selector` or, without that, by `service.cilium.io/node`,
 * which the node must have as a label with the same value. A selector that is none selects every node.
 */
export function notForNode(
  { metadata: { annotations } }: Service,
  labels: Readonly<Record<string, string>>,
  problems: Problem[],
): string | undefined {
  const selector = annotations[SELECTOR]
  if (selector !== undefined) return unselected(selector, labels, problems)
  const value = annotations[NODE]
  if (value === undefined || labels[NODE] === value) return undefined
  return `it is only for nodes with the label ${NODE}=${value} (${annotationPath(NODE)})`
}

function unselected(text: string, labels: Readonly<Record<string, string>>, problems: Problem[]): string | undefined {
  const selector = parseSelector(text)
  if ('matches' in selector)
    return selector.matches(labels)
      ? undefined
      : `it is only for nodes that ${text} selects (${annotationPath(SELECTOR)})`
  const message = `${JSON.stringify(text)} selects every node, for ${selector.trouble}; write one like role=edge or zone in (a, b)`
  problems.push({ path: annotationPath(SELECTOR), message })
  return undefined
}
