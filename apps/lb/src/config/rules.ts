import { formatEndpoint, formatFrontend } from '@skep/lb-maps'
import type { Backend, Config, Frontend } from './config.ts'
import { duplicates, type Placed } from './duplicates.ts'
import { family } from './family.ts'
import { wayOf } from './modes.ts'
import { formatPath, show, type Finding, type Path } from '@skep/config-file'
import { backendSchema, frontendSchema } from './schema.ts'

interface PlacedService {
  readonly name: unknown
  /** Frontends of one family may have backends of the other. */
  readonly mixes: boolean
  readonly frontends: Placed<Frontend>
  readonly backends: Placed<Backend>
}

interface Addressed {
  readonly address: string
}

const MOST_PAIRED = 16

/** What no single field can say: duplicates, families, loops. */
export function crossCheck(config: Pick<Config, 'devices' | 'services' | 'mode' | 'dsr'>): Finding[] {
  return check(
    config.devices,
    config.services.map(({ name, frontends, backends, ...service }, i) => ({
      name,
      mixes: wayOf(config, service) === 'ipip',
      frontends: { path: servicePath(i, 'frontends'), values: frontends },
      backends: { path: servicePath(i, 'backends'), values: backends },
    })),
  )
}

/**
 * The same for a document that is wrong elsewhere. Passes over parts that are wrong by themselves, so that one mistake
 * does not hide another.
 */
export function crossCheckRaw(document: unknown): Finding[] {
  const spec = entry(document, 'spec')
  return check(
    items(entry(spec, 'devices')).map((device) => (typeof device === 'string' ? device : undefined)),
    items(entry(spec, 'services')).map((service, i) => ({
      name: entry(service, 'name'),
      mixes: mentionsDsr(spec, service), // what is wrong elsewhere may be the very word that decides this
      frontends: { path: servicePath(i, 'frontends'), values: parsed(entry(service, 'frontends'), frontendSchema) },
      backends: { path: servicePath(i, 'backends'), values: parsed(entry(service, 'backends'), backendSchema) },
    })),
  )
}

function mentionsDsr(spec: unknown, service: unknown): boolean {
  const modes = [entry(spec, 'mode'), entry(service, 'mode')]
  return modes.includes('dsr') || entry(service, 'dsr') !== undefined
}

function check(devices: Placed<string>['values'], services: readonly PlacedService[]): Finding[] {
  const names = services.map(({ name }) => (typeof name === 'string' ? name : undefined))
  return [
    ...duplicates(
      [{ path: ['spec', 'devices'], values: devices }],
      (device) => device,
      (device, first) => `${show(device)} stands at ${first} already; take one of them out`,
    ),
    ...duplicates(
      names.map((name, i) => ({ path: servicePath(i, 'name'), values: [name] })),
      (name) => name,
      (name, first) => `the name ${show(name)} is taken by ${first}; every service needs its own`,
      (path) => path,
    ),
    ...duplicates(
      services.map(({ frontends }) => frontends),
      formatFrontend,
      (value, first) => `${formatFrontend(value)} is already a frontend at ${first}; take one of them out`,
    ),
    ...services.flatMap(({ backends }) => (areFewAndDiffer(backends.values) ? [] : twins(backends))),
    ...services.flatMap(families),
    ...loops(services),
  ]
}

/** Most lists are short: looking at all pairs of one takes no memory. */
function areFewAndDiffer(backends: readonly (Backend | undefined)[]): boolean {
  if (backends.length > MOST_PAIRED) return false
  for (let i = 1; i < backends.length; i++)
    for (let j = 0; j < i; j++)
      if (backends[i]?.address === backends[j]?.address && backends[i]?.port === backends[j]?.port) return false
  return true
}

function twins(backends: Placed<Backend>): Finding[] {
  return duplicates(
    [backends],
    ({ address, port }) => formatEndpoint(address, port),
    (value, first) =>
      `${formatEndpoint(value.address, value.port)} is already a backend at ${first}; give one of them the higher weight`,
  )
}

function families({ frontends, backends, mixes }: PlacedService): Finding[] {
  if (mixes) return []
  return [...lonely('frontend', frontends, 'backend', backends), ...lonely('backend', backends, 'frontend', frontends)]
}

/** Those that have nothing of their family on the other side. */
function lonely(what: string, own: Placed<Addressed>, other: string, others: Placed<Addressed>): Finding[] {
  const there = onlyFamily(others.values)
  const found: Finding[] = []
  own.values.forEach((value, i) => {
    if (there === undefined || value === undefined || family(value.address) === there) return
    const v = family(value.address)
    const message = `${show(value.address)} is an IPv${v} ${what}, but the service has no IPv${v} ${other}; only ipip carries one family inside the other, so add one or take this out`
    found.push({ path: [...own.path, i, 'address'], message })
  })
  return found
}

/** The family of all that are right; `undefined` where there are none, or of both. */
function onlyFamily(values: readonly (Addressed | undefined)[]): 4 | 6 | undefined {
  let only: 4 | 6 | undefined
  for (const value of values) {
    if (value === undefined) continue
    if (only !== undefined && family(value.address) !== only) return undefined
    only = family(value.address)
  }
  return only
}

function loops(services: readonly PlacedService[]): Finding[] {
  const taken = new Map<string, Path>()
  for (const { frontends } of services)
    frontends.values.forEach((frontend, i) => {
      if (frontend) taken.set(frontend.address, [...frontends.path, i])
    })
  const found: Finding[] = []
  for (const { backends } of services)
    backends.values.forEach((backend, i) => {
      const frontend = backend && taken.get(backend.address)
      if (backend === undefined || frontend === undefined) return
      const message = `${show(backend.address)} is the address of the frontend at ${formatPath(frontend)}; a backend needs an address of its own`
      found.push({ path: [...backends.path, i, 'address'], message })
    })
  return found
}

function servicePath(index: number, key: string): Path {
  return ['spec', 'services', index, key]
}

function parsed<T>(value: unknown, schema: { safeParse(value: unknown): { data?: T | undefined } }): (T | undefined)[] {
  return items(value).map((item) => schema.safeParse(item).data)
}

function entry(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
