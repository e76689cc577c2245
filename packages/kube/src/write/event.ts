/** Whom an event is about. */
export interface EventTarget {
  readonly apiVersion: string
  readonly kind: string
  /** Left out for what belongs to no namespace. */
  readonly namespace?: string
  readonly name: string
  readonly uid?: string
}

/** Something that users are to see in `kubectl describe` and `kubectl events`. */
export interface KubeEvent {
  readonly about: EventTarget
  readonly type: 'Normal' | 'Warning'
  /** One word, for machines: `HintsIgnored`. */
  readonly reason: string
  /** What was done, in one word: `Filter`. */
  readonly action: string
  /** A sentence for people; at most 1024 bytes are kept. */
  readonly note: string
  /** Many tell the same, and one of them is enough: who comes later does not write it again. */
  readonly shared?: boolean
}

/** Who tells. */
export interface Reporter {
  /** Like `skep.dev/agent`. */
  readonly controller: string
  /** Which of them: the name of the node or pod. */
  readonly instance: string
}

/** Events that are the same but for their time. */
export function eventKey({ about, type, reason, action, note }: KubeEvent): string {
  return [about.kind, about.namespace, about.name, about.uid, type, reason, action, note].join('\0')
}

/** Events belong to a namespace; those about what belongs to none stand in `default`. */
export function namespaceOf({ about }: KubeEvent): string {
  return about.namespace ?? 'default'
}

/** An `events.k8s.io/v1` Event. */
export function eventBody(event: KubeEvent, reporter: Reporter, name: string, at: number): Record<string, unknown> {
  const { about, type, reason, action, note } = event
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace: namespaceOf(event) },
    eventTime: microTime(at),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance,
    regarding: about,
    type,
    reason,
    action,
    note: shortened(note),
  }
}

/** The same event again: how often, and when last. */
export function seriesBody(count: number, lastAt: number): Record<string, unknown> {
  return { series: { count, lastObservedTime: microTime(lastAt) } }
}

/** What is known of an event that stands in the cluster. */
export interface ToldEvent {
  readonly count: number
  readonly lastAt: number
}

/** Of an `events.k8s.io/v1` Event. */
export function toldEvent(body: unknown): ToldEvent {
  const { series, eventTime } = body as {
    readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null
    readonly eventTime?: string | null
  }
  return { count: series?.count ?? 1, lastAt: Date.parse(series?.lastObservedTime ?? eventTime ?? '') || 0 }
}

/** A `MicroTime` of the API, of milliseconds since 1970. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}

const LONGEST_NOTE = 1024

function shortened(note: string): string {
  const bytes = Buffer.from(note)
  if (bytes.length <= LONGEST_NOTE) return note
  return `${bytes
    .subarray(0, LONGEST_NOTE - 6)
    .toString()
    .replace(/\uFFFD$/, '')}…`
}
