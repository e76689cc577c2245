import { formatEndpoint, formatFrontend } from '@skep/lb-maps'
import type { Backend, Config, Frontend, Service } from './config.ts'

/** What differs between two configurations, a line each: `+` new, `-` gone, `~` changed. Empty when nothing does. */
export function diffConfigs(before: Config, after: Config): string[] {
  return [
    ...changed('devices', before.devices.join(', '), after.devices.join(', ')),
    ...changed('mode', before.mode, after.mode),
    ...changed('dsr', describeCheck(before.dsr), describeCheck(after.dsr)),
    ...changed('acceleration', before.acceleration, after.acceleration),
    ...changed('snat.portRange', formatRange(before), formatRange(after)),
    ...changed(
      'snat.sources',
      before.snat.sources.join(', ') || 'by route',
      after.snat.sources.join(', ') || 'by route',
    ),
    ...changed('neighbors', describeCheck(before.neighbors), describeCheck(after.neighbors)),
    ...(['services', 'backends', 'connections', 'records', 'sourceRanges', 'rateLimitedClients'] as const).flatMap(
      (key) => changed(`capacity.${key}`, before.capacity[key], after.capacity[key]),
    ),
    ...changed('hashKey', before.hashKey, after.hashKey),
    ...changed('announce', describeCheck(before.announce), describeCheck(after.announce)),
    ...changed('bgp', describeCheck(before.bgp), describeCheck(after.bgp)),
    ...changed('metrics', describeCheck(before.metrics), describeCheck(after.metrics)),
    ...diffBy(before.services, after.services, ({ name }) => name, 'service', diffServices),
  ]
}

function diffServices(before: Service, after: Service): string[] {
  const lines = [
    ...optional(before, after),
    ...changed('algorithm', before.algorithm, after.algorithm),
    ...changed('healthCheck', describeCheck(before.healthCheck), describeCheck(after.healthCheck)),
    ...changed('passiveHealthCheck', describeCheck(before.passiveHealthCheck), describeCheck(after.passiveHealthCheck)),
    ...(['allow', 'deny'] as const).flatMap((list) =>
      diffPrefixes(list, before.sourceRanges?.[list], after.sourceRanges?.[list]),
    ),
    ...changed('rateLimit', describeCheck(before.rateLimit), describeCheck(after.rateLimit)),
    ...changed('drain', describeDrain(before), describeDrain(after)),
    ...changed('bgp', describeCheck(before.bgp), describeCheck(after.bgp)),
    ...diffBy(before.frontends, after.frontends, formatFrontend, 'frontend', () => []),
    ...diffBy(before.backends, after.backends, formatBackend, 'backend', diffBackends),
  ]
  return lines.length === 0 ? [] : [`~ service ${after.name}`, ...lines.map((line) => `  ${line}`)]
}

function diffBackends(before: Backend, after: Backend): string[] {
  return (['weight', 'state', 'addedAt', 'drainingSince'] as const).flatMap((key) =>
    changed(`${key} of backend ${formatBackend(before)}`, before[key] ?? 'none', after[key] ?? 'none'),
  )
}

/** What a service may leave out. */
function optional(before: Service, after: Service): string[] {
  const text = (value: unknown): string => (value === undefined ? 'default' : JSON.stringify(value))
  return (['mode', 'dsr', 'sessionAffinity', 'quic', 'ringSize', 'records', 'idleSeconds'] as const).flatMap((key) =>
    changed(key, text(before[key]), text(after[key])),
  )
}

/** A list may have thousands. */
const MOST_PREFIXES = 10

function diffPrefixes(
  list: 'allow' | 'deny',
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): string[] {
  const [old, fresh] = [new Set(before), new Set(after)]
  const lines = [
    ...(before && !after ? [`- sourceRanges.${list}`] : []),
    ...[...old].filter((one) => !fresh.has(one)).map((one) => `- ${list} ${one}`),
    ...[...fresh].filter((one) => !old.has(one)).map((one) => `+ ${list} ${one}`),
  ]
  const rest = lines.length - MOST_PREFIXES
  return rest > 1 ? [...lines.slice(0, MOST_PREFIXES), `  … and ${rest} more of sourceRanges.${list}`] : lines
}

function describeDrain({ drain }: Service): string {
  return drain === undefined ? 'none' : `${drain.timeoutSeconds} s`
}

function describeCheck(check: object | undefined): string {
  return check === undefined ? 'none' : JSON.stringify(check)
}

function diffBy<T extends Service | Frontend | Backend>(
  before: readonly T[],
  after: readonly T[],
  key: (item: T) => string,
  what: string,
  inner: (before: T, after: T) => string[],
): string[] {
  const old = new Map(before.map((item) => [key(item), item]))
  const fresh = new Set(after.map(key))
  return [
    ...before.filter((item) => !fresh.has(key(item))).map((item) => `- ${what} ${key(item)}`),
    ...after.flatMap((item) => {
      const was = old.get(key(item))
      return was === undefined ? [`+ ${what} ${key(item)}${contents(item)}`] : inner(was, item)
    }),
  ]
}

function contents(item: Service | Frontend | Backend): string {
  if ('frontends' in item) return `: ${item.frontends.map(formatFrontend).join(', ')}, ${item.backends.length} backends`
  if (!('weight' in item)) return ''
  return `${item.weight === 1 ? '' : ` weight ${item.weight}`}${item.state === 'active' ? '' : ` ${item.state}`}`
}

function changed(what: string, before: string | number, after: string | number): string[] {
  return before === after ? [] : [`~ ${what}: ${before} → ${after}`]
}

function formatRange({ snat }: Config): string {
  return `${snat.portRange.from}-${snat.portRange.to}`
}

function formatBackend({ address, port }: Backend): string {
  return formatEndpoint(address, port)
}
