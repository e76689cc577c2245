import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { sockPeerCodec } from '@skep/datapath/sock-lb'
import { codecFor, openObject, parseBtf } from 'libbpf-ts'
import { reshaping, type Type } from './reshape.ts'

const inDatapath = (path: string) => fileURLToPath(new URL(`../../../datapath/${path}`, import.meta.url))
const now = inDatapath('objects/sock_lb.bpf.o')
const before = inDatapath('test-objects/sock_lb_before.bpf.o')

function typeOf(object: string, map: string, part: 'keyTypeId' | 'valueTypeId' = 'valueTypeId'): Type {
  using opened = openObject(object)
  return { btf: opened.btf(), id: opened.maps.get(map)![part] }
}

function bytesOf({ btf, id }: Type, value: { [field: string]: number | bigint | number[] }): Uint8Array {
  const codec = codecFor(parseBtf(btf), id)
  const bytes = new Uint8Array(codec.size)
  codec.write(new DataView(bytes.buffer), 0, value)
  return bytes
}

test('fields go where their names are; new ones begin with zero, those that are gone are left', () => {
  const [old, current] = [typeOf(before, 'sock_peers'), typeOf(now, 'sock_peers')]
  const peer = { address: [0, 0, 0xffff, 0x0a600001], port: 80, backend: 7, netns: 12n }
  const there = reshaping('sock_peers: value', old, current)!(bytesOf(old, { ...peer, firstSeen: 99n }))
  expect(sockPeerCodec.read(new DataView(there.buffer), 0)).toEqual(peer)
  const back = reshaping('sock_peers: value', current, old)!(there)
  expect(back).toEqual(bytesOf(old, { ...peer, firstSeen: 0n }))
})

test('the same layout needs nothing', () => {
  expect(
    reshaping('sock_frontends: key', typeOf(before, 'sock_frontends'), typeOf(now, 'sock_frontends')),
  ).toBeUndefined()
})

test('what cannot become what is needed is refused, with where and what to do', () => {
  const [key, number] = [typeOf(now, 'sock_peers', 'keyTypeId'), typeOf(now, 'sock_backends', 'keyTypeId')]
  const reshape = reshaping('sock_peers: key', key, number)!
  expect(() => reshape(new Uint8Array(32))).toThrow(
    'sock_peers: key: struct of 32 bytes cannot become scalar of 4; uninstall, and start anew',
  )
})
