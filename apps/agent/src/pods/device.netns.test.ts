import { afterEach, beforeEach, expect } from '@jest/globals'
import { anonymousNamespace, type Netlink, type NetworkNamespace, openNetlink } from 'netlink-ts'
import { needing, needs, ownName } from '@skep/testbed'
import { createNamespace } from 'netlink-ts'
import { PodFinder } from './device.ts'

const POD = ['10.0.0.5', 'fd00::5'] as const

needing(needs.root).describe('the device of a pod', () => {
  let stack: DisposableStack
  let node: Netlink
  let pod: NetworkNamespace
  let inPod: Netlink

  beforeEach(() => {
    stack = new DisposableStack()
    const host = stack.use(anonymousNamespace())
    node = stack.use(openNetlink({ ns: host }))
    pod = stack.use(createNamespace(ownName('pod-device')))
    stack.defer(() => pod.delete())
    inPod = stack.use(openNetlink({ ns: pod }))
    node.link.add({ kind: 'veth', name: 'pod1', up: true, peer: { name: 'eth0', ns: pod, up: true } })
    inPod.address.add({ device: 'eth0', address: `${POD[0]}/24` })
  })

  afterEach(() => stack.dispose())

  const { test } = needing(needs.root)

  test('is where the route to it leads', () => {
    node.route.add({ destination: `${POD[0]}/32`, device: 'pod1' })
    const found = new PodFinder(node).device(POD)
    expect(found).toMatchObject({ name: 'pod1' })
    expect(new PodFinder(node).cookie(found!)).toBe(pod.cookie)
  })

  test('is the bridge’s port that its address is behind, where the route leads to a bridge', () => {
    node.link.add({ kind: 'bridge', name: 'cni0', up: true })
    node.link.set({ name: 'pod1', master: 'cni0' })
    node.address.add({ device: 'cni0', address: '10.0.0.1/24' })
    expect(new PodFinder(node).device(POD)).toMatchObject({ name: 'pod1' })
  })

  test('is none where the route leads elsewhere, whoever else has that address', () => {
    using stranger = anonymousNamespace()
    using inStranger = openNetlink({ ns: stranger })
    inStranger.link.set({ name: 'lo', up: true })
    inStranger.address.add({ device: 'lo', address: '10.9.9.9/32' })
    expect(new PodFinder(node).device(['10.9.9.9'])).toBeUndefined()
  })
})
