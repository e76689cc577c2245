import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import { type Finding, parseDocument, type SourceDocument } from '@skep/config-file'
import { KubeError } from '../error.ts'
import type { Cluster, Material } from './cluster.ts'
import { type KubeConfig, kubeConfigSchema, type NamedCluster, type NamedUser } from './kubeconfig-schema.ts'

export interface KubeConfigOptions {
  /** Else `current-context`. */
  readonly context?: string
  /** In place of the cluster's own. */
  readonly server?: string
}

/** The cluster of a kubeconfig file. Throws a {@link KubeError} with every problem by file, line and path. */
export function loadKubeConfig(file: string, options: KubeConfigOptions = {}): Cluster {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new KubeError('CONFIGURATION', 'read the kubeconfig', `${file} cannot be read (${code})`, { cause })
  }
  return readKubeConfig(file, text, options)
}

/** The same of a text. Files that it names are looked for beside `file`. */
export function readKubeConfig(file: string, text: string, options: KubeConfigOptions = {}): Cluster {
  try {
    const document = parseDocument(file, text)
    const parsed = kubeConfigSchema.safeParse(document.value)
    if (!parsed.success) throw document.refusal(parsed.error.issues)
    return chosen(file, document, parsed.data, options)
  } catch (cause) {
    throw new KubeError('CONFIGURATION', 'read the kubeconfig', (cause as Error).message, { cause })
  }
}

function chosen(file: string, document: SourceDocument, config: KubeConfig, options: KubeConfigOptions): Cluster {
  const refuse = (finding: Finding): Error => document.refusal([finding])
  const wanted = options.context ?? config['current-context'] ?? ''
  const context = config.contexts?.find(({ name }) => name === wanted)
  if (context === undefined)
    throw refuse({
      path: ['current-context'],
      message: `there is no context ${JSON.stringify(wanted)}; there ${known(config.contexts)}`,
    })
  const at = ['contexts', config.contexts!.indexOf(context), 'context']
  const cluster = config.clusters?.find(({ name }) => name === context.context.cluster)
  if (cluster === undefined)
    throw refuse({
      path: [...at, 'cluster'],
      message: `there is no cluster ${JSON.stringify(context.context.cluster)}; there ${known(config.clusters)}`,
    })
  const user = config.users?.find(({ name }) => name === context.context.user)
  if (user === undefined && context.context.user)
    throw refuse({
      path: [...at, 'user'],
      message: `there is no user ${JSON.stringify(context.context.user)}; there ${known(config.users)}`,
    })
  refuseUnsupported(config, cluster, user, refuse)
  return {
    server: options.server ?? cluster.cluster.server,
    from: `${file}, context ${wanted}`,
    ...clusterPart(file, cluster.cluster),
    ...userPart(file, user?.user),
    ...(context.context.namespace && { namespace: context.context.namespace }),
  }
}

function known(all: readonly { readonly name: string }[] | null | undefined): string {
  return all?.length ? `is ${all.map(({ name }) => name).join(', ')}` : 'are none'
}

/** What would need programs to be run, or a proxy, is said no to, and not left out. */
function refuseUnsupported(
  config: KubeConfig,
  cluster: NamedCluster,
  user: NamedUser | undefined,
  refuse: (finding: Finding) => Error,
): void {
  const users = ['users', config.users?.indexOf(user!) ?? 0, 'user']
  const advice = 'no program is run for credentials; write token, tokenFile, or client-certificate and client-key'
  for (const key of ['exec', 'auth-provider'] as const)
    if (user?.user[key] != null) throw refuse({ path: [...users, key], message: advice, atKey: true })
  if (cluster.cluster['proxy-url'])
    throw refuse({
      path: ['clusters', config.clusters!.indexOf(cluster), 'cluster', 'proxy-url'],
      message: 'proxies are not used; give an address that can be reached',
      atKey: true,
    })
}

function clusterPart(file: string, cluster: NamedCluster['cluster']): Partial<Cluster> {
  const ca = material(file, cluster['certificate-authority'], cluster['certificate-authority-data'])
  return {
    ...(ca && { ca }),
    ...(cluster['tls-server-name'] && { tlsServerName: cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] && { insecureSkipTlsVerify: true }),
  }
}

function userPart(file: string, user: NamedUser['user'] | undefined): Partial<Cluster> {
  const cert = material(file, user?.['client-certificate'], user?.['client-certificate-data'])
  const key = material(file, user?.['client-key'], user?.['client-key-data'])
  const token = user?.tokenFile
    ? { file: beside(file, user.tokenFile) }
    : user?.token
      ? { data: user.token }
      : undefined
  return { ...(token && { token }), ...(cert && key && { certificate: { cert, key } }) }
}

/** Data goes before a file, as kubectl has it. */
function material(
  file: string,
  path: string | null | undefined,
  data: string | null | undefined,
): Material | undefined {
  if (data) return { data: Buffer.from(data, 'base64').toString() }
  return path ? { file: beside(file, path) } : undefined
}

function beside(file: string, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(file), path)
}
