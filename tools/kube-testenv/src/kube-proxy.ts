import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Daemon } from './control-plane/daemon.ts'
import { flagList } from './control-plane/etcd.ts'
import type { Node } from './network/node.ts'
import { ranges } from './network/ranges.ts'
import { programPath } from './programs/programs.ts'

export interface KubeProxyOptions {
  readonly mode: 'nftables' | 'iptables'
  /** In its own spelling: `{ 'iptables-min-sync-period': '0s' }`. */
  readonly flags?: Readonly<Record<string, string>>
}

const METRICS = '127.0.0.1:10249'

/** kube-proxy in a node's namespace and cgroup; its metrics are on {@link METRICS} in there. */
export function kubeProxy(folder: string, node: Node, kubeconfig: string, { mode, flags }: KubeProxyOptions): Daemon {
  const file = join(folder, `kube-proxy-${node.name}.kubeconfig`)
  writeFileSync(file, kubeconfig, { mode: 0o600 })
  const all = {
    kubeconfig: file,
    'proxy-mode': mode,
    'hostname-override': node.name,
    'metrics-bind-address': METRICS,
    'cluster-cidr': ranges.pods.join(','),
    // The machine's settings are not a node's to change.
    'conntrack-max-per-core': '0',
    'conntrack-tcp-timeout-established': '0',
    'conntrack-tcp-timeout-close-wait': '0',
    ...flags,
  }
  return new Daemon({
    name: `kube-proxy-${node.name}`,
    program: programPath('kube-proxy'),
    args: flagList(all),
    folder,
    spawn: (command, args, options) => node.machine.spawn(command, args, options),
    ready: () => hasWritten(node),
  })
}

/** It says that it is healthy before it has written any rule; when it wrote the last, each family's metric tells. */
async function hasWritten(node: Node): Promise<boolean> {
  const { stdout } = await node.machine.attempt('curl', ['-sf', '-m', '5', `http://${METRICS}/metrics`])
  const times = [...stdout.matchAll(/^kubeproxy_sync_proxy_rules_last_timestamp_seconds\S* (\S+)$/gm)]
  return times.length > 0 && times.every(([, time]) => Number(time) > 0)
}
