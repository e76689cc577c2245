import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiClient } from '../api/client.ts'
import { KubeTestEnvError } from '../error.ts'
import { ranges } from '../network/ranges.ts'
import type { KubeTestEnvOptions } from '../options.ts'
import { apiServer, certificatePath } from './api-server.ts'
import { controllerManager } from './controller-manager.ts'
import { type Credentials, makeCredentials } from './credentials.ts'
import type { Daemon } from './daemon.ts'
import { etcd } from './etcd.ts'
import { kubeconfigText } from './kubeconfig.ts'

const MANAGER = 'system:kube-controller-manager'

/** etcd, kube-apiserver and kube-controller-manager, with their data in one folder. */
export class ControlPlane implements AsyncDisposable {
  /** What only this cluster has; gone with it. Its logs are in there. */
  readonly folder: string
  /** `https://127.0.0.1:<port>`, reached from the namespace that the cluster was started in. */
  readonly url: string
  readonly etcd: Daemon
  readonly apiServer: Daemon
  readonly controllerManager: Daemon | undefined
  protected readonly port: number
  readonly #credentials: Credentials
  readonly #clients = new Map<string, ApiClient>()

  constructor(folder: string, port: number, options: KubeTestEnvOptions) {
    this.folder = folder
    this.port = port
    this.url = `https://127.0.0.1:${port}`
    this.#credentials = makeCredentials(folder, options.users ?? [])
    const featureGates = gates(options.featureGates)
    const { authorization = 'RBAC', apiServer: flags = {} } = options
    this.etcd = etcd(folder)
    const ofApi = { authorization, featureGates, flags, ranges }
    this.apiServer = apiServer(folder, port, this.#credentials, ofApi, () => this.#answers())
    if (options.controllerManager === false) return
    const ofManager = { featureGates, flags: options.controllerManager ?? {}, ranges }
    this.controllerManager = controllerManager(folder, this.#managersFile, this.#credentials, ofManager)
  }

  /** Starts what does not run, and waits until the API server is ready. */
  async start(): Promise<void> {
    this.etcd.launch()
    await this.apiServer.start()
    if (!this.controllerManager) return
    const ca = { file: certificatePath(this.folder) }
    writeFileSync(this.#managersFile, kubeconfigText(this.url, ca, MANAGER, this.token(MANAGER)), { mode: 0o600 })
    this.controllerManager.launch()
  }

  /** The certificate that clients check the API server's by; PEM. */
  get ca(): string {
    return readFileSync(certificatePath(this.folder), 'utf8')
  }

  /** As the administrator. */
  get api(): ApiClient {
    return this.as('admin')
  }

  /** As one of the users. */
  as(user: string): ApiClient {
    const known = this.#clients.get(user)
    if (known) return known
    const client = this.#client(user)
    this.#clients.set(user, client)
    return client
  }

  /** What a user sends as `Authorization: Bearer <token>`. */
  token(user = 'admin'): string {
    const token = this.#credentials.tokens.get(user)
    if (token !== undefined) return token
    const names = [...this.#credentials.tokens.keys()].join(', ')
    throw new KubeTestEnvError('INVALID_INPUT', 'token', `no user ${user}; there are ${names}; add it to users`)
  }

  /** A token of a service account, which is made if there is none: what a pod of it finds in its file system. */
  async serviceAccountToken(name: string, namespace = 'default'): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }
    const options = { body: account, contentType: 'application/apply-patch+yaml' }
    await this.api.request('PATCH', `${path}?fieldManager=kube-testenv`, options)
    const { status } = await this.api.request<{ status: { token: string } }>('POST', `${path}/token`, {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 24 * 3600 } },
    })
    return status.token
  }

  /** Writes a kubeconfig into the cluster's folder, and returns its path. */
  kubeconfig(user = 'admin'): string {
    const path = join(this.folder, `${user.replaceAll(':', '-')}.kubeconfig`)
    writeFileSync(path, kubeconfigText(this.url, { pem: this.ca }, user, this.token(user)), { mode: 0o600 })
    return path
  }

  /** A kubeconfig for what runs in nodes and pods, as text. A token that is not one of `users` comes with its name. */
  kubeconfigInside(user = 'admin', token: string = this.token(user)): string {
    return kubeconfigText(`https://${ranges.controlPlane}:${this.port}`, { pem: this.ca }, user, token)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) client[Symbol.dispose]()
    await Promise.all(this.#daemons().map((daemon) => daemon.kill()))
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** What can be done when the process ends without waiting. */
  endAtOnce(): void {
    for (const daemon of this.#daemons()) daemon.killAtOnce()
    rmSync(this.folder, { recursive: true, force: true })
  }

  get #managersFile(): string {
    return join(this.folder, 'controller-manager.kubeconfig')
  }

  #daemons(): Daemon[] {
    return [this.controllerManager, this.apiServer, this.etcd].filter((daemon) => daemon !== undefined)
  }

  #client(user: string): ApiClient {
    const troubles = (): string[] => this.#daemons().flatMap((daemon) => daemon.crash() ?? [])
    return new ApiClient({ url: this.url, ca: this.ca, token: this.token(user) }, troubles)
  }

  /** While etcd is down there is no use in waiting for the API server. */
  async #answers(): Promise<boolean> {
    this.etcd.assertRunning()
    if (!existsSync(certificatePath(this.folder))) return false
    try {
      using client = this.#client('admin')
      await client.request('GET', '/readyz')
      return true
    } catch (error) {
      if (error instanceof KubeTestEnvError) return false
      throw error
    }
  }
}

/** `A=true,B=false`, as every program takes them. */
function gates(all: Readonly<Record<string, boolean>> = {}): string {
  return Object.entries(all)
    .map(([name, on]) => `${name}=${on}`)
    .join(',')
}
