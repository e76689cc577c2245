import { z } from 'zod'
import * as fields from '../objects/fields.ts'
import type { Nullish } from '../objects/keep.ts'

type Key = Nullish<string>

export interface NamedCluster {
  readonly name: string
  readonly cluster: {
    readonly server: string
    readonly 'certificate-authority'?: Key
    readonly 'certificate-authority-data'?: Key
    readonly 'tls-server-name'?: Key
    readonly 'insecure-skip-tls-verify'?: Nullish<boolean>
    readonly 'proxy-url'?: Key
  }
}

export interface NamedUser {
  readonly name: string
  readonly user: {
    readonly token?: Key
    readonly tokenFile?: Key
    readonly 'client-certificate'?: Key
    readonly 'client-certificate-data'?: Key
    readonly 'client-key'?: Key
    readonly 'client-key-data'?: Key
    readonly exec?: unknown
    readonly 'auth-provider'?: unknown
  }
}

/** A kubeconfig file, as far as it is in use. */
export interface KubeConfig {
  readonly 'current-context'?: Key
  readonly clusters?: Nullish<readonly NamedCluster[]>
  readonly users?: Nullish<readonly NamedUser[]>
  readonly contexts?: Nullish<
    readonly {
      readonly name: string
      readonly context: { readonly cluster: string; readonly user?: Key; readonly namespace?: Key }
    }[]
  >
}

const optional = fields.maybe(fields.text)

const base64: z.ZodType<string> = z.string().regex(/^[\sA-Za-z0-9+/]*=*\s*$/, {
  error: 'is not base64; write what `base64 -w0` makes of the file, or name the file itself',
})

const server: z.ZodType<string> = z.string().refine(isServer, {
  error: ({ input }) =>
    `${JSON.stringify(input)} is not the address of an API server; write one like https://10.0.0.1:6443`,
})

function isServer(text: string): boolean {
  return URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol)
}

const cluster = fields.part('a cluster', {
  server,
  'certificate-authority': optional,
  'certificate-authority-data': fields.maybe(base64),
  'tls-server-name': optional,
  'insecure-skip-tls-verify': fields.maybe(fields.flag),
  'proxy-url': optional,
})

const user = fields.part('a user', {
  token: optional,
  tokenFile: optional,
  'client-certificate': optional,
  'client-certificate-data': fields.maybe(base64),
  'client-key': optional,
  'client-key-data': fields.maybe(base64),
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
})

const context = fields.part('a context', { cluster: fields.text, user: optional, namespace: optional })

export const kubeConfigSchema: z.ZodType<KubeConfig> = fields.part('a kubeconfig', {
  'current-context': optional,
  clusters: fields.list('clusters', fields.part('a cluster', { name: fields.text, cluster })),
  users: fields.list('users', fields.part('a user', { name: fields.text, user })),
  contexts: fields.list('contexts', fields.part('a context', { name: fields.text, context })),
})
