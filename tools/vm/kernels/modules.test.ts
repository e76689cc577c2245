import { expect, test } from '@jest/globals'
import { insertionOrder, isWanted } from './modules.ts'

const modulesDep = `kernel/fs/9p/9p.ko: kernel/fs/netfs/netfs.ko kernel/net/9p/9pnet.ko
kernel/fs/netfs/netfs.ko:
kernel/net/9p/9pnet.ko:
kernel/net/9p/9pnet_virtio.ko: kernel/net/9p/9pnet.ko kernel/drivers/virtio/virtio_ring.ko kernel/drivers/virtio/virtio.ko
kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko
kernel/drivers/virtio/virtio_ring.ko:
`

test('what a module needs comes before it, once', () => {
  const order = insertionOrder(modulesDep, ['9pnet_virtio', '9p']).map((path) => path.replace(/^.*\//, ''))
  expect(order.toSorted()).toEqual(['9p.ko', '9pnet.ko', '9pnet_virtio.ko', 'netfs.ko', 'virtio.ko', 'virtio_ring.ko'])
  const before = (first: string, then: string): boolean => order.indexOf(`${first}.ko`) < order.indexOf(`${then}.ko`)
  expect(before('virtio_ring', 'virtio') && before('virtio', '9pnet_virtio')).toBe(true)
  expect(before('9pnet', '9pnet_virtio') && before('netfs', '9p') && before('9pnet', '9p')).toBe(true)
})

test('a module that is built in needs nothing', () => {
  expect(insertionOrder(modulesDep, ['virtio_pci'])).toEqual([])
})

test('kept is what tests ask for', () => {
  const paths = ['drivers/net/veth.ko', 'drivers/net/bonding/bonding.ko', 'net/8021q/8021q.ko.xz', 'drivers/net/vrf.ko']
  expect(paths.filter(isWanted)).toEqual(paths)
  expect(['drivers/net/ethernet/intel/ice/ice.ko', 'sound/core/snd.ko', 'fs/xfs/xfs.ko'].filter(isWanted)).toEqual([])
})
