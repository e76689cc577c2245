import type { Namespace, Service } from '@skep/kube'
import { parseDuration } from './duration.ts'
import { annotationPath, type Problem } from './problem.ts'

/** Services may say one of these types; what belongs to other types is not provided then. */
export type ExposedType = 'ClusterIP' | 'NodePort' | 'LoadBalancer'

/** What the annotations of a service say, as far as they say something usable. */
export interface Annotations {
  readonly algorithm?: 'maglev' | 'random'
  readonly forwarding?: 'snat' | 'dsr' | 'hybrid'
  readonly type?: ExposedType
  readonly sourceRangesPolicy?: 'allow' | 'deny'
  readonly drainTimeoutSeconds?: number
  readonly acceptWhileDraining?: boolean
  /** Of services in several clusters: checked and kept for whoever joins clusters. */
  readonly global?: boolean
  readonly shared?: boolean
  readonly affinity?: 'local' | 'remote' | 'none'
}

interface Reader {
  readonly field: keyof Annotations
  readonly read: (text: string) => string | number | boolean | undefined
  /** Completes “write …”. */
  readonly right: string
}

const CILIUM = 'service.cilium.io/'
/** Prefix of annotations that Services may have, and Namespaces for all their services. */
const OWN = 'service.skep.dev/'

const algorithm = words('algorithm', ['maglev', 'random'])
const global = flag('global')
const shared = flag('shared')
const affinity = words('affinity', ['local', 'remote', 'none'])

/** Every annotation that is read here, by its name. */
const readers: Readonly<Record<string, Reader>> = {
  [`${CILIUM}lb-algorithm`]: algorithm,
  [`${CILIUM}forwarding-mode`]: words('forwarding', ['snat', 'dsr', 'hybrid']),
  [`${CILIUM}type`]: words('type', ['ClusterIP', 'NodePort', 'LoadBalancer']),
  [`${CILIUM}src-ranges-policy`]: words('sourceRangesPolicy', ['allow', 'deny']),
  'io.cilium/global-service': global,
  'io.cilium/shared-service': shared,
  'io.cilium/service-affinity': affinity,
  [`${CILIUM}global`]: global,
  [`${CILIUM}shared`]: shared,
  [`${CILIUM}affinity`]: affinity,
  [`${OWN}drain-timeout`]: {
    field: 'drainTimeoutSeconds',
    read: parseDuration,
    right: 'a duration like 30s or 5m',
  },
  [`${OWN}accept-while-draining`]: flag('acceptWhileDraining'),
}

/** What Cilium 1.18 has for proxies of the host, which take what is for an endpoint of their node themselves. */
const DELEGATION = `${CILIUM}proxy-delegation`

/** Annotations with these prefixes that are read elsewhere, or have nothing to say to a proxy. */
const elsewhere: ReadonlySet<string> = new Set([
  `${CILIUM}node`,
  `${CILIUM}node-selector`,
  DELEGATION,
  `${CILIUM}global-sync-endpoint-slices`,
])

/** Reads a service's annotations; those of its namespace with our own prefix are what it has where it says nothing. */
export function readAnnotations(
  { metadata }: Service,
  namespace: Namespace | undefined,
  problems: Problem[],
): Annotations {
  const read: Record<string, unknown> = {}
  const inherited = Object.entries(namespace?.metadata.annotations ?? {}).filter(([key]) => key.startsWith(OWN))
  for (const [key, text] of inherited) note(read, key, text, problems, `Namespace ${metadata.namespace}: `)
  const own = Object.keys(metadata.annotations)
  // An alias is read before the name that has taken its place, which thereby wins.
  for (const key of Object.keys(readers)) {
    if (key in metadata.annotations) note(read, key, metadata.annotations[key]!, problems, '')
  }
  for (const key of own) if (isUnknown(key)) problems.push(unknownAnnotation(key))
  noteDelegation(metadata.annotations[DELEGATION], problems)
  return read
}

/** Packets for a service are translated to an endpoint, wherever it is: no proxy of the host is asked first. */
function noteDelegation(text: string | undefined, problems: Problem[]): void {
  if (text === undefined || text.toLowerCase() === 'none') return
  const message = `${JSON.stringify(text)} is not used: endpoints of this node get its packets themselves, no proxy of the host does; write none, or leave it out`
  problems.push({ path: annotationPath(DELEGATION), message })
}

function note(read: Record<string, unknown>, key: string, text: string, problems: Problem[], where: string): void {
  const reader = readers[key]
  if (!reader) {
    problems.push({ ...unknownAnnotation(key), path: `${where}${annotationPath(key)}` })
    return
  }
  const value = reader.read(text)
  if (value !== undefined) read[reader.field] = value
  else {
    const message = `${JSON.stringify(text)} is not used; write ${reader.right}`
    problems.push({ path: `${where}${annotationPath(key)}`, message })
  }
}

function isUnknown(key: string): boolean {
  return (key.startsWith(CILIUM) || key.startsWith(OWN)) && !(key in readers) && !elsewhere.has(key)
}

function unknownAnnotation(key: string): Problem {
  const prefix = key.slice(0, key.indexOf('/') + 1)
  const known = [...Object.keys(readers), ...elsewhere].filter((one) => one.startsWith(prefix))
  const names = known.map((one) => one.slice(prefix.length)).toSorted()
  return { path: annotationPath(key), message: `is not known and has no effect; ${prefix} has ${names.join(', ')}` }
}

/** Upper and lower case are the same, as Cilium has it. */
function words(field: keyof Annotations, known: readonly string[]): Reader {
  const byText = new Map(known.map((one) => [one.toLowerCase(), one]))
  return { field, read: (text) => byText.get(text.toLowerCase()), right: `one of ${known.join(', ')}` }
}

function flag(field: keyof Annotations): Reader {
  const known: Readonly<Record<string, boolean>> = { true: true, false: false }
  return { field, read: (text) => known[text.toLowerCase()], right: 'true or false' }
}
