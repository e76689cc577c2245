import type { Cluster, Daemon, Node } from '@skep/kube-testenv'
import type { Proxy } from './contender.ts'

type Mode = 'nftables' | 'iptables'

/** Of nftables without the elements of maps and sets, of which listing 10,000 takes half a minute. */
const rules: Readonly<Record<Mode, string>> = {
  nftables: String.raw`nft --terse list ruleset | grep -E '^\s\s[a-z]' | grep -cvE '^\s\s(type|typeof|flags|comment|elements) '`,
  iptables: `{ iptables-save; ip6tables-save; } | grep -c '^-A'`,
}
const LISTS_WITHIN_MS = 120_000

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
    async kill() {
      await made[0]?.kill()
    },
    async inPlace() {
      const { stdout } = await node.machine.attempt('sh', ['-c', rules[mode]], { timeoutMs: LISTS_WITHIN_MS })
      return { rules: Number(stdout), programs: 0 }
    },
    async [Symbol.asyncDispose]() {
      await made[0]?.kill()
    },
  }
}
