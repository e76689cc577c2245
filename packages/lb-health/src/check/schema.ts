import type { z } from 'zod'
import type {
  GrpcCheck,
  HealthCheck,
  HttpCheck,
  HttpsCheck,
  ScriptCheck,
  TcpCheck,
  TlsCheck,
  TlsOptions,
  UdpCheck,
} from './check.ts'
import { kinds } from './check.ts'
import { bytes, environment, flag, list, number, statusCodes, strict, text, word } from './fields.ts'

const port = number('a port', 1, 65535).optional()
const hostName = text(/^[\w.:[\]-]{1,253}$/, 'a host name, like health.example.org').optional()
const tlsFields = {
  serverName: text(/^[\w.-]{1,253}$/, 'a server name, like health.example.org').optional(),
  verify: flag.default(false),
  caFile: text(/^\/[^\0]{1,4094}$/, 'a file; write an absolute path').optional(),
}
const httpFields = {
  port,
  method: word(['GET', 'HEAD']).default('GET'),
  path: text(/^\/[!-~]{0,2047}$/, 'a path; write / and printable ASCII without spaces').default('/'),
  host: hostName,
  expectedStatus: list('status codes', statusCodes, 1, 64).default(['200-399']),
  bodyContains: text(/^[^]{1,1024}$/, 'a text of 1 to 1024 characters').optional(),
}

const shape = {
  tcp: strict<TcpCheck>('a tcp check', {
    port,
    send: bytes.optional(),
    expect: bytes.optional(),
    reset: flag.default(false),
  }).optional(),
  http: strict<HttpCheck>('an http check', httpFields).optional(),
  https: strict<HttpsCheck>('an https check', { ...httpFields, ...tlsFields }).optional(),
  tls: strict<TlsCheck>('a tls check', { port, ...tlsFields }).optional(),
  udp: strict<UdpCheck>('a udp check', {
    port,
    send: bytes,
    expect: bytes.optional(),
    reply: word(['required', 'optional']).default('required'),
  }).optional(),
  grpc: strict<GrpcCheck>('a grpc check', {
    port,
    service: text(/^[\w.-]{0,253}$/, 'a gRPC service, like package.Service').default(''),
    host: hostName,
    tls: strict<TlsOptions>('the tls section', tlsFields).optional(),
  }).optional(),
  script: strict<ScriptCheck>('a script check', {
    port,
    command: list('words of a command', text(/^[^\0]{0,4096}$/, 'a word of a command'), 1, 64).refine(
      ([program]) => program?.startsWith('/'),
      { error: 'the program must be an absolute path: nothing else is the same in every environment' },
    ),
    user: text(
      /^(?!root$)[a-z_][a-z0-9_.-]{0,31}\$?$/,
      'a user that a script may run as; write the name of one that is not root',
    ).optional(),
    env: environment.optional(),
  }).optional(),
}

const whole = strict<HealthCheck>('a health check', {
  ...shape,
  intervalSeconds: number('an interval', 0.1, 3600, false).default(2),
  timeoutSeconds: number('a time-out', 0.05, 3600, false).default(1),
  rise: number('a number of passes', 1, 100).default(2),
  fall: number('a number of failures', 1, 100).default(3),
  slowStartSeconds: number('a slow start', 0, 3600, false).default(0),
  jitter: number('a part of the interval', 0, 0.5, false).default(0.1),
  panicThreshold: number('per cent', 0, 100).default(50),
  onFailure: word(['keep', 'reset']).default('keep'),
  through: word(['datapath', 'direct']).default('datapath'),
})

/** A service's `healthCheck`. What it returns has every default filled in, and parses to itself. */
export const healthCheckSchema: z.ZodType<HealthCheck> = whole.superRefine((check, context) => {
  const complain = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message })
  const chosen = kinds.filter((kind) => check[kind] !== undefined)
  if (chosen.length === 0) complain([], `no kind of check; write one of ${kinds.join(', ')}`)
  if (chosen.length > 1) complain([chosen[1]!], `${chosen.join(' and ')} in one check; write exactly one`)
  if (check.timeoutSeconds > check.intervalSeconds)
    complain(
      ['timeoutSeconds'],
      `${check.timeoutSeconds} is longer than the interval; write at most ${check.intervalSeconds}`,
    )
  if (check.http?.method === 'HEAD' && check.http.bodyContains !== undefined)
    complain(['http', 'bodyContains'], 'a HEAD request has no body; write method: GET')
  if (check.https?.method === 'HEAD' && check.https.bodyContains !== undefined)
    complain(['https', 'bodyContains'], 'a HEAD request has no body; write method: GET')
  if (check.udp?.reply === 'optional' && check.udp.expect !== undefined)
    complain(['udp', 'reply'], 'what is expected must come; leave reply out')
})
