import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KubeError } from '../error.ts'
import type { Cluster } from './cluster.ts'

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

export interface InClusterOptions {
  /** In place of the service's address, which is nobody's until somebody serves it: `https://10.0.0.10:6443`. */
  readonly server?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where the service account's token is mounted. */
  readonly serviceAccount?: string
}

/** The cluster that this pod is in, with the token of its service account. Throws a {@link KubeError} outside of one. */
export function inCluster({
  server,
  env = process.env,
  serviceAccount = SERVICE_ACCOUNT,
}: InClusterOptions = {}): Cluster {
  const token = join(serviceAccount, 'token')
  if (!existsSync(token)) throw outside(`${token} is not there`)
  const namespace = join(serviceAccount, 'namespace')
  return {
    server: server ?? serviceAddress(env),
    from: `the service account in ${serviceAccount}`,
    ca: { file: join(serviceAccount, 'ca.crt') },
    token: { file: token },
    ...(existsSync(namespace) && { namespace: readFileSync(namespace, 'utf8').trim() }),
  }
}

function serviceAddress(env: Readonly<Record<string, string | undefined>>): string {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env
  if (!host || !port) throw outside('KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set')
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function outside(why: string): KubeError {
  return new KubeError(
    'CONFIGURATION',
    'find the API server',
    `${why}, so this is no pod with a service account; give a kubeconfig`,
  )
}
