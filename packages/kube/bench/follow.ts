// Ours, as a process of its own: it waits for a line, then follows all EndpointSlices.
import { once } from 'node:events'
import { ApiSource, endpointSlices, type Listing, loadKubeConfig } from '../src/index.ts'

const [kubeconfig, listing] = process.argv.slice(2)
process.stdout.write('ready\n')
await once(process.stdin, 'data')
await using source = new ApiSource(loadKubeConfig(kubeconfig!), { listing: listing as Listing })
const store = source.follow(endpointSlices)
await store.whenSynced()
let endpoints = 0
for (const slice of store.values()) endpoints += slice.endpoints.length
process.stdout.write(`synced ${endpoints}\n`)
await once(process.stdin, 'data')
