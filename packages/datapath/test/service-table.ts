import type { LbXdp } from '../src/lb_xdp.gen.ts'
import { hash, keyBytes, portBytes } from './hash.ts'
import { toWords } from './words.ts'

type Tables = Pick<LbXdp, 'maps'>

export interface ServiceKey {
  readonly address: string
  readonly port: number
  readonly protocol: number
}

/** Puts keys into the service tables the way bpf/include/maps/services.h says, second choices included. */
export function writeKey(lb: Tables, key0: bigint, mask: number, key: ServiceKey, service: number): void {
  const h = hash(key0, keyBytes(key.address, ...portBytes(key.port), key.protocol, 1))
  const choices = [Number(h & BigInt(mask)), Number((h >> 32n) & BigInt(mask))]
  const written = key.address.includes(':') ? write6 : write4
  if (written(lb, choices[0]!, key, service)) return
  setOverflow(lb, key, choices[0]!)
  if (!written(lb, choices[1]!, key, service)) throw new Error(`both buckets of ${JSON.stringify(key)} are full`)
}

function write4(lb: Tables, index: number, key: ServiceKey, service: number): boolean {
  const bucket = lb.maps.services4.get(index)!
  const place = bucket.keys.findIndex(({ used }) => used === 0)
  if (place < 0) return false
  bucket.services[place] = service
  bucket.keys[place] = { address: toWords(key.address)[0]!, port: key.port, protocol: key.protocol, used: 1 }
  lb.maps.services4.set(index, bucket)
  return true
}

function write6(lb: Tables, index: number, key: ServiceKey, service: number): boolean {
  const bucket = lb.maps.services6.get(index)!
  const place = bucket.tails.findIndex(({ used }) => used === 0)
  if (place < 0) return false
  bucket.addresses[place] = { words: toWords(key.address) }
  bucket.tails[place] = { service, port: key.port, protocol: key.protocol, used: 1 }
  lb.maps.services6.set(index, bucket)
  return true
}

function setOverflow(lb: Tables, key: ServiceKey, index: number): void {
  const table = key.address.includes(':') ? lb.maps.services6 : lb.maps.services4
  const bucket = table.get(index)!
  bucket.overflow = 1
  ;(table as { set(index: number, value: typeof bucket): void }).set(index, bucket)
}

/** Takes every key of a service out. */
export function eraseKeys(lb: Tables, service: number): void {
  for (const [index, bucket] of lb.maps.services4) {
    const keys = bucket.keys.map((key, i) =>
      bucket.services[i] === service ? { address: 0, port: 0, protocol: 0, used: 0 } : key,
    )
    lb.maps.services4.set(index, { ...bucket, keys })
  }
  for (const [index, bucket] of lb.maps.services6) {
    const tails = bucket.tails.map((tail) =>
      tail.service === service ? { service: 0, port: 0, protocol: 0, used: 0 } : tail,
    )
    lb.maps.services6.set(index, { ...bucket, tails })
  }
}
