import type { Cluster, Daemon, Node } from '@skep/kube-testenv'
import type { Proxy } from './contender.ts'

type Mode = 'nftables' | 'iptables'

const rules: Readonly<Record<Mode, string>> = {
  // Elements of its maps and sets count as rules do.
  nftables: String.raw`nft list ruleset | grep -cE '^\s+(ip6? |th |meta |ct |tcp |udp |fib |jump |goto |numgen |vmap|elements = \{)|^\s+[0-9a-f.:]+ \. .* : '`,
  iptables: `{ iptables-save; ip6tables-save; } | grep -c '^-A'`,
}

/** The real kube-proxy, as it is configured by default. */
export async function kubeProxyOn(cluster: Cluster, node: Node, mode: Mode): Promise<Proxy> {
  /** Made by the first start. */
  const made: Daemon[] = []
  return {
    name: `kube-proxy-${mode}`,
    async start() {
      if (made[0]) await made[0].start()
      else made.push(await cluster.kubeProxy(node, { mode }))
    },
    get pid() {
      return made[0]!.pid!
    },
    async stop() {
      await made[0]?.stop()
    },
    async inPlace() {
      return { rules: Number(await node.machine.exec('sh', '-c', rules[mode])), programs: 0 }
    },
    async [Symbol.asyncDispose]() {
      await made[0]?.kill()
    },
  }
}
