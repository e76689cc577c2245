import type { SockLb } from '@skep/datapath/sock-lb'
import { SockFrontendFlag } from '@skep/datapath/sock-lb'
import { BlockPool, orderFor } from '@skep/lb-maps'
import { textOfKey } from './key.ts'
import type { MappedArrays } from './maps.ts'
import { lengthOf } from './slots.ts'
import type { BackendState, FrontendState, ServiceState, State, Treatment } from './state.ts'
import { subjectFrom } from './subject.ts'
import { addressOf } from './words.ts'

/**
 * What is in the maps: what an earlier control plane left, however it ended. A service that was half written when it
 * died (its block is that of another, or no block) is left out, so that the next plan writes it anew.
 */
export function readState(maps: SockLb['maps'], arrays: MappedArrays): State {
  const pool = BlockPool.empty(maps.sockSlots.length)
  pool.claim(0, 0)
  const services = new Map<number, ServiceState>()
  for (let place = 0; place < maps.sockServices.length; place++) {
    const service = arrays.readService(place)
    if (service && pool.claim(service.block, orderFor(lengthOf(service.slots)))) services.set(place, service)
  }
  const frontends = new Map<string, FrontendState>()
  for (const batch of maps.sockFrontends.getBatch())
    for (const [key, { service, flags }] of batch)
      frontends.set(textOfKey(key), { service, protected: (flags & SockFrontendFlag.SOCK_PROTECTED) !== 0 })
  return { frontends, services, backends: readBackends(maps), ...readRest(maps), pool }
}

function readBackends({ sockBackends }: SockLb['maps']): Map<number, BackendState> {
  const backends = new Map<number, BackendState>()
  for (const batch of sockBackends.getBatch())
    for (const [id, { address, port }] of batch) backends.set(id, { address: addressOf(address), port })
  return backends
}

function readRest(maps: SockLb['maps']): Pick<State, 'nodeAddresses' | 'subjects'> {
  const nodeAddresses = new Set<string>()
  for (const { words } of maps.sockNodeAddresses.keys()) nodeAddresses.add(addressOf(words))
  const subjects = new Map<string, Treatment>()
  for (const [key, value] of maps.sockSubjects) subjects.set(...subjectFrom(key, value))
  return { nodeAddresses, subjects }
}
