import { existsSync } from 'node:fs'
import type { Host } from '@skep/testbed'
import { bird } from '../../apps/lb/test/bgp/bird.ts'
import { temporaryFolder } from '../../apps/lb/test/bgp/folder.ts'
import { frr } from '../../apps/lb/test/bgp/frr.ts'
import { addressOf, balancers, router as own } from './addresses.ts'

/** Which program speaks BGP and BFD on the router. */
export const routers = ['bird', 'frr'] as const
export type RouterName = (typeof routers)[number]

const programs = {
  bird: { file: '/usr/sbin/bird', from: 'bird2' },
  frr: { file: '/usr/lib/frr/bgpd', from: 'frr' },
} as const

/** What is missing for it here, in words. */
export function missingFor(name: RouterName): string | undefined {
  const { file, from } = programs[name]
  return existsSync(file) ? undefined : `there is no ${file}; install Debian's package ${from}, or take another router`
}

/** Starts the router's program. It installs its routes in the kernel, with as many next hops as there are. */
export async function startRouter(name: RouterName, host: Host, bfdMs: number): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(temporaryFolder())
  if (name === 'bird') stack.use(bird(host, folder.path, birdText(bfdMs)))
  else stack.use(await frr(host, folder.path, frrText(), frrBfdText(bfdMs)))
  return stack.move()
}

function birdText(bfdMs: number): string {
  const session = (name: string) => `protocol bgp ${name.replace('-', '_')} {
  local ${own.ipv4} as 65000;
  neighbor ${addressOf(name as 'lb-1').ipv4} as 65001;
  passive on;
  bfd on;
  error wait time 1, 2;
  graceful restart on;
  ipv4 { import filter from_lb; export none; };
  ipv6 { import filter from_lb; export none; };
}`
  return `router id ${own.ipv4};
filter from_lb { if (65535, 0) ~ bgp_community then bgp_local_pref = 0; accept; }
protocol device {}
protocol bfd { interface "eth1" { interval ${bfdMs} ms; multiplier 3; }; }
protocol kernel { merge paths on; ipv4 { export all; }; }
protocol kernel { merge paths on; ipv6 { export all; }; }
${balancers.map(session).join('\n')}
`
}

function frrText(): string {
  const addresses = balancers.map((name) => addressOf(name).ipv4)
  const lines = (line: (address: string) => string) => addresses.map(line).join('\n')
  return `router bgp 65000
 bgp router-id ${own.ipv4}
 bgp graceful-restart
 no bgp ebgp-requires-policy
${lines((address) => ` neighbor ${address} remote-as 65001\n neighbor ${address} timers connect 1\n neighbor ${address} bfd profile fast`)}
 address-family ipv4 unicast
  maximum-paths 16
 exit-address-family
 address-family ipv6 unicast
${lines((address) => `  neighbor ${address} activate`)}
  maximum-paths 16
 exit-address-family
`
}

function frrBfdText(bfdMs: number): string {
  return `bfd
 profile fast
  transmit-interval ${bfdMs}
  receive-interval ${bfdMs}
 exit
exit
`
}
