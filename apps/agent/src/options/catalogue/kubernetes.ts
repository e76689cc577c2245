import { absolutePath, serverAddress } from '../checks.ts'
import { flag, integer, text } from '../kinds.ts'
import type { Catalogue } from '../option.ts'

export interface KubernetesSettings {
  'enable-k8s-terminating-endpoint': boolean
  'enable-service-topology': boolean
  'k8s-api-server': string
  'k8s-kubeconfig-path': string
  'k8s-node-name': string
  'k8s-retry-max-seconds': number
  'k8s-service-proxy-name': string
}

export const kubernetes: Catalogue<KubernetesSettings> = {
  'enable-k8s-terminating-endpoint': flag(true, {
    about: 'endpoints that terminate drain: no new connections, their open ones live on (KEP-1669)',
  }),
  'enable-service-topology': flag(false, {
    about: 'follow hints and trafficDistribution: endpoints of the zone first',
  }),
  'k8s-api-server': text('', 'url', { about: 'API server; else as the kubeconfig or the pod says' }, serverAddress),
  'k8s-kubeconfig-path': text('', 'path', { about: 'kubeconfig, outside a pod' }, absolutePath),
  'k8s-node-name': text('', 'name', { about: 'this node; $K8S_NODE_NAME or its host name, where it is empty' }),
  'k8s-retry-max-seconds': integer(30, 'a number of seconds', 1, 3600, {
    about: 'at least so often an API server that is away is tried again',
  }),
  'k8s-service-proxy-name': text('', 'name', {
    about: 'serve only services whose label service.kubernetes.io/service-proxy-name is this; empty: those without',
  }),
}
