import { existsSync } from 'node:fs'
import type { Host } from '@skep/testbed'
import type { Absent, Contender } from './contender.ts'
import { backendAddress, backendNumbers, ECHO_PORT, vipOf, WEB_PORT } from './network.ts'

const NFT = '/usr/sbin/nft'

/** DNAT to a random backend and masquerading, by the kernel's connection tracking. */
export async function nftables(host: Host): Promise<Contender | Absent> {
  if (!existsSync(NFT)) return { name: 'nftables', reason: 'nft is missing. Debian/Ubuntu: apt-get install nftables' }
  const address = vipOf('nftables')
  let active: readonly number[] = backendNumbers()
  const load = async (): Promise<void> => void (await host.exec(NFT, rules(address, active)))
  await host.exec(NFT, tables)
  await load()
  return {
    name: 'nftables',
    address,
    control: {
      use: async (wanted) => {
        active = wanted
        await load()
      },
      restart: load,
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

const tables = `
  add table ip lb
  add chain ip lb in { type nat hook prerouting priority dstnat; }
  add chain ip lb out { type nat hook postrouting priority srcnat; }
`

/** One transaction. */
function rules(address: string, active: readonly number[]): string {
  const backends = active.map((number, i) => `${i} : ${backendAddress(number)}`).join(', ')
  const target = `dnat to numgen random mod ${active.length} map { ${backends} }`
  return `
    flush chain ip lb in
    flush chain ip lb out
    add rule ip lb in ip daddr ${address} tcp dport { ${WEB_PORT}, ${ECHO_PORT} } ${target}
    add rule ip lb out ct status dnat masquerade
  `
}
