import { ApiClient, ApiSource, type Cluster, inCluster, KubeError, loadKubeConfig, type Source } from '@skep/kube'
import type { Settings } from '../options/catalogue/index.ts'
import { OptionsError } from '../options/resolve.ts'

type Where = Pick<Settings, 'k8s-api-server' | 'k8s-kubeconfig-path' | 'k8s-retry-max-seconds'>

/** Where objects come from, and events go to. */
export interface OpenCluster extends AsyncDisposable {
  readonly source: Source
  readonly client: ApiClient
}

/** By a kubeconfig, else by the pod's service account. */
export function openCluster(where: Where, userAgent: string): OpenCluster {
  const cluster = clusterOf(where)
  const backoff = { firstMs: 800, mostMs: 1000 * where['k8s-retry-max-seconds'] }
  const source = new ApiSource(cluster, { userAgent, backoff })
  const client = new ApiClient(cluster, { userAgent })
  return {
    source,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]()
      await source[Symbol.asyncDispose]()
    },
  }
}

function clusterOf({ 'k8s-api-server': address, 'k8s-kubeconfig-path': path }: Where): Cluster {
  const server = address === '' ? {} : { server: /^https?:/.test(address) ? address : `https://${address}` }
  try {
    return path === '' ? inCluster(server) : loadKubeConfig(path, server)
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    const next = path === '' ? '--k8s-kubeconfig-path=FILE names one' : '--k8s-kubeconfig-path names that file'
    throw new OptionsError([`${error.message}; ${next}`])
  }
}
