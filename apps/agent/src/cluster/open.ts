import { ApiSource, type Cluster, inCluster, loadKubeConfig, type Source } from '@skep/kube'
import type { Settings } from '../options/catalogue/index.ts'

type Where = Pick<Settings, 'k8s-api-server' | 'k8s-kubeconfig-path'>

/** Where objects come from: a kubeconfig, else the pod's service account. */
export function openSource(where: Where, userAgent: string): Source {
  return new ApiSource(clusterOf(where), { userAgent })
}

function clusterOf({ 'k8s-api-server': address, 'k8s-kubeconfig-path': path }: Where): Cluster {
  const server = address === '' ? {} : { server: /^https?:/.test(address) ? address : `https://${address}` }
  return path === '' ? inCluster(server) : loadKubeConfig(path, server)
}
