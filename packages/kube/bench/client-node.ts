// The informer of @kubernetes/client-node, as a process of its own: it waits for a line, then follows all EndpointSlices.
import { once } from 'node:events'

interface Slice {
  readonly endpoints: readonly unknown[]
}

/** As much of the library as is in use: it is no dependency. */
interface ClientNode {
  readonly KubeConfig: new () => { loadFromFile(file: string): void; makeApiClient<T>(api: new () => T): T }
  readonly DiscoveryV1Api: new () => { listEndpointSliceForAllNamespaces(): Promise<unknown> }
  readonly makeInformer: (
    config: unknown,
    path: string,
    list: () => Promise<unknown>,
  ) => { start(): Promise<void>; list(): Slice[] }
}

const [kubeconfig, library] = process.argv.slice(2)
const { KubeConfig, DiscoveryV1Api, makeInformer } = (await import(library!)) as ClientNode
process.stdout.write('ready\n')
await once(process.stdin, 'data')
const config = new KubeConfig()
config.loadFromFile(kubeconfig!)
const api = config.makeApiClient(DiscoveryV1Api)
const list = (): Promise<unknown> => api.listEndpointSliceForAllNamespaces()
const informer = makeInformer(config, '/apis/discovery.k8s.io/v1/endpointslices', list)
await informer.start()
const endpoints = informer.list().reduce((sum, one) => sum + one.endpoints.length, 0)
process.stdout.write(`synced ${endpoints}\n`)
await once(process.stdin, 'data')
process.exit(0)
