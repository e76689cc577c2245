import type { Cluster, Node } from '@skep/kube-testenv'
import type { Proxy } from './contender.ts'

type Mode = 'nftables' | 'iptables'

const rules: Readonly<Record<Mode, string>> = {
  // Elements of its maps and sets count as rules do.
  nftables: String.raw`nft list ruleset | grep -cE '^\s+(ip6? |th |meta |ct |tcp |udp |fib |jump |goto |numgen |vmap|elements = \{)|^\s+[0-9a-f.:]+ \. .* : '`,
  iptables: `{ iptables-save; ip6tables-save; } | grep -c '^-A'`,
}

/** The real kube-proxy, as it is configured by default. */
export async function kubeProxyOn(cluster: Cluster, node: Node, mode: Mode): Promise<Proxy> {
  let daemon: Awaited<ReturnType<Cluster['kubeProxy']>> | undefined
  return {
    name: `kube-proxy-${mode}`,
    async start() {
      if (daemon) await daemon.start()
      else daemon = await cluster.kubeProxy(node, { mode })
    },
    get pid() {
      return daemon!.pid!
    },
    async stop() {
      await daemon?.stop()
    },
    async inPlace() {
      return { rules: Number(await node.machine.exec('sh', '-c', rules[mode])), programs: 0 }
    },
    async [Symbol.asyncDispose]() {
      await daemon?.kill()
    },
  }
}
