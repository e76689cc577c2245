import type { BalancerName } from './addresses.ts'
import type { LoadBalancer } from '../demo/load-balancer.ts'
import type { Wanted } from './config.ts'
import type { DataCenter } from './network.ts'

/** What every scenario plays with. */
export interface Scene {
  readonly network: DataCenter
  readonly lbs: Readonly<Record<BalancerName, LoadBalancer>>
  /** Writes the load balancer's file; it is read when that is told to. */
  readonly configure: (name: BalancerName, wanted: Pick<Wanted, 'announced'>) => void
}
