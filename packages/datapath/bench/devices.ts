import type { Balancer } from '../test/balancer.ts'
import { mac } from '../test/lab.ts'
import { hear } from '../test/own-addresses.ts'

/** As the control plane does: XDP may redirect to these devices, and the frames of all rows that come by them are for this host. */
export function openDevices(balancer: Balancer, ...devices: readonly number[]): void {
  for (const device of devices) {
    balancer.sendBy(device)
    hear(balancer.lb, device, [mac.front, mac.back])
  }
}
