import { KubeTestEnvError } from '../error.ts'
import { patient } from '../patience.ts'
import { isStatus } from './error.ts'
import { type Endpoint, Http, type HttpOptions } from './http.ts'
import type { KubeObject } from './kinds.ts'
import { type ObjectName, pathOf, resource, type Resource } from './resource.ts'
import { type WatchEvent, watchPath } from './watch.ts'

/** Which objects of a resource: without a namespace, those of all. */
export interface Selection {
  readonly namespace?: string
  /** `app=web,tier!=db` */
  readonly labelSelector?: string
  /** `metadata.name=web` */
  readonly fieldSelector?: string
}

export interface ApplyOptions {
  /** It is checked to the last field, and not stored. */
  readonly dryRun?: boolean
}

/** What the API server says of a resource. */
interface Discovered {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
}

export interface List<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  readonly items: readonly T[]
}

/** How a change is written (https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply). */
export type PatchType = 'merge' | 'strategic' | 'json'

const patchTypes: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
}

/** The verbs of the Kubernetes API, for tests. Every error is a {@link KubeTestEnvError} that says what was asked and answered. */
export class ApiClient implements Disposable {
  readonly #http: Http

  /** `troubles` tells what is known to be wrong with the server and its controllers, for errors. */
  constructor(endpoint: Endpoint, troubles?: () => readonly string[]) {
    this.#http = new Http(endpoint, troubles)
  }

  get endpoint(): Endpoint {
    return this.#http.endpoint
  }

  /** Whatever there is no verb for: `request('GET', '/version')`. */
  request<T>(method: string, path: string, options: HttpOptions = {}): Promise<T> {
    return this.#http.read(method, path, options)
  }

  create<T extends KubeObject>(of: Resource<T>, object: T): Promise<T> {
    const { name: _, ...at } = nameOf(object)
    const body = { apiVersion: of.apiVersion, kind: of.kind, ...object }
    return this.request('POST', pathOf(of, of.namespaced ? { namespace: 'default', ...at } : {}), { body })
  }

  /** Creates it or changes what it says (server-side apply), as `kubectl apply` does. */
  apply<T extends KubeObject>(of: Resource<T>, object: T, { dryRun = false }: ApplyOptions = {}): Promise<T> {
    const rest = dryRun ? '&dryRun=All&fieldValidation=Strict' : ''
    const path = `${pathOf(of, nameOf(object))}?fieldManager=kube-testenv&force=true${rest}`
    const body = { apiVersion: of.apiVersion, kind: of.kind, ...object }
    return this.request('PATCH', path, { body, contentType: 'application/apply-patch+yaml' })
  }

  /** The same for an object of whatever kind, as a manifest has it: the API server is asked what its kind is called. */
  async applyManifest(object: KubeObject, options: ApplyOptions = {}): Promise<KubeObject> {
    return this.apply(await this.#discover(object), object, options)
  }

  get<T extends KubeObject>(of: Resource<T>, at: ObjectName): Promise<T> {
    return this.request('GET', pathOf(of, at))
  }

  /** `undefined` where there is none. */
  async find<T extends KubeObject>(of: Resource<T>, at: ObjectName): Promise<T | undefined> {
    try {
      return await this.get(of, at)
    } catch (error) {
      if (isStatus(error, 404)) return undefined
      throw error
    }
  }

  list<T extends KubeObject>(of: Resource<T>, selection: Selection = {}, signal?: AbortSignal): Promise<List<T>> {
    return this.request('GET', `${pathOf(of, namespaceOf(selection))}?${query(selection)}`, { signal })
  }

  /** Writes it whole; 409 if it has changed since it was read. */
  replace<T extends KubeObject>(of: Resource<T>, object: T, subresource = ''): Promise<T> {
    const body = { apiVersion: of.apiVersion, kind: of.kind, ...object }
    return this.request('PUT', under(pathOf(of, nameOf(object)), subresource), { body })
  }

  patch<T extends KubeObject>(
    of: Resource<T>,
    at: ObjectName,
    patch: unknown,
    { type = 'merge', subresource = '' }: { type?: PatchType; subresource?: string } = {},
  ): Promise<T> {
    return this.request('PATCH', under(pathOf(of, at), subresource), { body: patch, contentType: patchTypes[type] })
  }

  /** What is not there is no trouble. A pod with a grace period is `Terminating` until it is deleted with 0 seconds. */
  async delete<T extends KubeObject>(of: Resource<T>, at: ObjectName, gracePeriodSeconds?: number): Promise<void> {
    const body = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }
    try {
      await this.request('DELETE', pathOf(of, at), { body })
    } catch (error) {
      if (!isStatus(error, 404)) throw error
    }
  }

  /** What changes from a version on; without one, first what is there (as `ADDED`). Ends with the connection. */
  watch<T extends KubeObject>(
    of: Resource<T>,
    selection: Selection & { readonly resourceVersion?: string; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const { signal, resourceVersion, ...rest } = selection
    const version = resourceVersion === undefined ? '' : `&resourceVersion=${resourceVersion}`
    const path = `${pathOf(of, namespaceOf(rest))}?watch=1&allowWatchBookmarks=true${version}&${query(rest)}`
    return watchPath(this.#http, path, signal)
  }

  /** One object, as soon as it is as the test wants it; events, no polling. Throws `TIMEOUT` with what it was last. */
  async until<T extends KubeObject>(
    of: Resource<T>,
    at: ObjectName,
    wanted: (object: T) => boolean,
    timeoutMs?: number,
  ): Promise<T> {
    const selection = { ...namespaceOfObject(of, at), fieldSelector: `metadata.name=${at.name}` }
    const [found] = await this.untilAll(of, selection, ([object]) => object !== undefined && wanted(object), timeoutMs)
    return found!
  }

  /** All selected objects, as soon as they are together as the test wants them. Throws `TIMEOUT` with what they were last. */
  async untilAll<T extends KubeObject>(
    of: Resource<T>,
    selection: Selection,
    wanted: (objects: readonly T[]) => boolean,
    timeoutMs: number = patient(25_000),
  ): Promise<readonly T[]> {
    const signal = AbortSignal.timeout(timeoutMs)
    const seen = new Map<string, T>()
    const all = (): T[] => [...seen.values()]
    try {
      const list = await this.list(of, selection, signal)
      for (const object of list.items) seen.set(keyOf(object), object)
      if (wanted(all())) return all()
      const { resourceVersion } = list.metadata
      for await (const { type, object } of this.watch(of, { ...selection, resourceVersion, signal })) {
        if (type === 'BOOKMARK') continue
        if (type === 'DELETED') seen.delete(keyOf(object))
        else seen.set(keyOf(object), object)
        if (wanted(all())) return all()
      }
    } catch (cause) {
      if (!signal.aborted) throw cause
    }
    const last = JSON.stringify(all().map(withoutManagers), undefined, 1)
    const trouble = signal.aborted ? `not within ${timeoutMs} ms` : 'the API server ended the watch'
    throw new KubeTestEnvError(
      'TIMEOUT',
      `await ${of.plural} ${query(selection)}`,
      this.#http.withTroubles(`${trouble}; last: ${last}`),
    )
  }

  async #discover({ apiVersion = 'v1', kind = '' }: KubeObject): Promise<Resource<KubeObject>> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const { resources } = await this.request<{ resources: readonly Discovered[] }>('GET', path)
    const found = resources.find((each) => each.kind === kind && !each.name.includes('/'))
    if (found) return resource(apiVersion, kind, found.name, found.namespaced ? 'namespaced' : 'cluster')
    throw new KubeTestEnvError('INVALID_INPUT', `apply ${kind}`, `${apiVersion} has no kind ${JSON.stringify(kind)}`)
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]()
  }
}

function nameOf({ metadata }: KubeObject): ObjectName {
  return { name: metadata.name ?? '', ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) }
}

function namespaceOf({ namespace }: Selection): Partial<ObjectName> {
  return namespace === undefined ? {} : { namespace }
}

function namespaceOfObject(of: Resource<KubeObject>, at: ObjectName): Selection {
  return of.namespaced ? { namespace: at.namespace ?? 'default' } : {}
}

function query({ labelSelector, fieldSelector }: Selection): string {
  return String(
    new URLSearchParams({ ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) }),
  )
}

function under(path: string, subresource: string): string {
  return subresource === '' ? path : `${path}/${subresource}`
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`
}

function withoutManagers(object: KubeObject): unknown {
  return { ...object, metadata: { ...object.metadata, managedFields: undefined } }
}
