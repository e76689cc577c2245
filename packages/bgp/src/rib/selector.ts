/** A label selector as Kubernetes has it: everything in it must hold. */
export interface Selector {
  readonly matchLabels?: Labels | undefined
  readonly matchExpressions?: readonly Requirement[] | undefined
}

export interface Requirement {
  readonly key: string
  readonly operator: Operator
  readonly values?: readonly string[] | undefined
}

export const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const
export type Operator = (typeof operators)[number]

export type Labels = Readonly<Record<string, string>>

export function matches(selector: Selector, labels: Labels): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value)
  return equal && (selector.matchExpressions ?? []).every((one) => holds(one, labels))
}

/** Whether one of the selectors matches; none given: always. */
export function matchesAny(selectors: readonly Selector[] | undefined, labels: Labels): boolean {
  return selectors === undefined || selectors.length === 0 || selectors.some((one) => matches(one, labels))
}

function holds({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  if (operator === 'Exists') return value !== undefined
  if (operator === 'DoesNotExist') return value === undefined
  const among = value !== undefined && values.includes(value)
  return operator === 'In' ? among : !among
}
