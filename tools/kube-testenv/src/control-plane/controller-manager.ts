import { programPath } from '../programs/programs.ts'
import type { Ranges } from '../network/ranges.ts'
import { certificatePath } from './api-server.ts'
import type { Credentials } from './credentials.ts'
import { Daemon } from './daemon.ts'
import { flagList } from './etcd.ts'

export interface ControllerManagerOptions {
  readonly featureGates: string
  readonly flags: Readonly<Record<string, string>>
  readonly ranges: Ranges
}

/** Without a kubelet nobody renews a node's lease: these would call every node dead, and evict its pods. */
const without = ['node-lifecycle-controller', 'taint-eviction-controller']

/** kube-controller-manager with all controllers but those that watch over kubelets. */
export function controllerManager(
  folder: string,
  kubeconfig: string,
  credentials: Credentials,
  { featureGates, flags, ranges }: ControllerManagerOptions,
): Daemon {
  const all = {
    kubeconfig,
    'secure-port': '0',
    'leader-elect': 'false',
    controllers: ['*', ...without.map((name) => `-${name}`)].join(','),
    'allocate-node-cidrs': 'true',
    'cluster-cidr': ranges.pods.join(','),
    'node-cidr-mask-size-ipv4': '24',
    'node-cidr-mask-size-ipv6': '64',
    'service-cluster-ip-range': ranges.services.join(','),
    'service-account-private-key-file': credentials.privateKeyFile,
    'root-ca-file': certificatePath(folder),
    // Thousands of Services are not to wait for the client's own limits.
    'kube-api-qps': '2000',
    'kube-api-burst': '4000',
    'concurrent-service-endpoint-syncs': '20',
    ...(featureGates !== '' && { 'feature-gates': featureGates }),
    ...flags,
  }
  return new Daemon({
    name: 'kube-controller-manager',
    program: programPath('kube-controller-manager'),
    args: flagList(all),
    folder,
  })
}
