/** Which objects, by their labels, as Kubernetes writes it. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly LabelRequirement[]
}

export interface LabelRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  /** Of `In` and `NotIn`. */
  readonly values?: readonly string[]
}

type Values = readonly string[]

/** How each operator is written, and what it means. `NotIn` also means what has no such label, as in Kubernetes. */
const operators = {
  In: {
    write: (key: string, values: Values) => `${key} in (${values.join(',')})`,
    meets: (value: string | undefined, values: Values) => value !== undefined && values.includes(value),
  },
  NotIn: {
    write: (key: string, values: Values) => `${key} notin (${values.join(',')})`,
    meets: (value: string | undefined, values: Values) => value === undefined || !values.includes(value),
  },
  Exists: {
    write: (key: string) => key,
    meets: (value: string | undefined) => value !== undefined,
  },
  DoesNotExist: {
    write: (key: string) => `!${key}`,
    meets: (value: string | undefined) => value === undefined,
  },
}

/** As the API server wants it in a query: `app=web,tier in (a,b),!legacy`. */
export function formatLabelSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  return [...equal, ...matchExpressions.map(formatRequirement)].join(',')
}

function formatRequirement({ key, operator, values = [] }: LabelRequirement): string {
  return operators[operator].write(key, values)
}

/** Whether labels are meant. An empty selector means all. */
export function matchesLabels(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => valueOf(labels, key) === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => operators[operator].meets(valueOf(labels, key), values))
  )
}

function valueOf(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}

/** Which objects, by what the API server lets fields be asked for: `{ 'spec.nodeName': 'node-1' }`. */
export type FieldSelector = Readonly<Record<string, string>>

export function formatFieldSelector(selector: FieldSelector): string {
  return Object.entries(selector)
    .map(([path, value]) => `${path}=${value.replaceAll(/[\\,=]/g, String.raw`\$&`)}`)
    .join(',')
}

/** Whether the fields of an object as it came are as the selector says. */
export function matchesFields(selector: FieldSelector, object: unknown): boolean {
  return Object.entries(selector).every(([path, value]) => (fieldAt(object, path) ?? '') === value)
}

function fieldAt(object: unknown, path: string): unknown {
  let at = object
  for (const part of path.split('.')) at = (at as Record<string, unknown> | null | undefined)?.[part]
  return at
}
