import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Host, type Net, needing, needs, topology } from '@skep/testbed'
import { Keepalived, type KeepalivedOptions } from '../../test/keepalived.ts'
import { resolve, untilAt } from '../../test/neighbors.ts'
import { defaultRouter, type RouterConfig } from '../machine/config.ts'
import type { StateName } from '../machine/state.ts'
import { Speaker, type SpeakerEvent } from './speaker.ts'

const withKeepalived = needing(needs.binary('keepalived'))
const families = ['ipv4', 'ipv6'] as const
type Family = (typeof families)[number]
const vips = { ipv4: '10.0.0.100', ipv6: 'fd00::100' } as const

let net: Net<'a' | 'b' | 'client'>

beforeAll(async () => {
  net = await topology({
    a: ['10.0.0.1/24', 'fd00::1/64'],
    b: ['10.0.0.2/24', 'fd00::2/64'],
    client: ['10.0.0.9/24', 'fd00::9/64'],
  })
})

afterAll(() => net[Symbol.asyncDispose]())

/** A speaker and what it says. */
class Ours implements Disposable {
  readonly speaker: Speaker
  readonly said: string[] = []
  readonly mac: string
  #changed = Promise.withResolvers<void>()

  constructor(host: Host, family: Family, config: Partial<RouterConfig> = {}) {
    const device = host.device('eth0')
    this.mac = device.address!
    this.speaker = new Speaker({
      namespace: host.namespace,
      device: { name: 'eth0', index: device.index, mac: this.mac },
      config: {
        ...defaultRouter,
        id: 51,
        family,
        interval: 20,
        addresses: [vips[family]],
        source: sourceOf(host, family),
        ...config,
      },
      onEvent: (event) => this.#note(event),
    })
  }

  async until(name: StateName): Promise<void> {
    while (this.speaker.view().state.name !== name) await this.#changed.promise
  }

  async untilSaid(text: string): Promise<void> {
    while (!this.said.some((line) => line.includes(text))) await this.#changed.promise
  }

  #note(event: SpeakerEvent): void {
    this.said.push(event.event === 'state' ? `${event.from} → ${event.to}: ${event.why}` : event.reason)
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  [Symbol.dispose](): void {
    this.speaker[Symbol.dispose]()
  }
}

/** keepalived speaks from the link-local address over IPv6, and so must who compares addresses. */
function sourceOf(host: Host, family: Family): string {
  const addresses = [...host.netlink.address.list({ device: 'eth0', family })]
  const found = addresses.find(({ scope }) => (family === 'ipv6' ? scope === 'link' : true))
  return found!.address.split('/')[0]!
}

function keepalived(host: Host, family: Family, options: Omit<KeepalivedOptions, 'addresses'>): Keepalived {
  return new Keepalived(host, { addresses: [vips[family]], ...options })
}

for (const family of families)
  withKeepalived.describe(`beside keepalived, ${family}`, () => {
    const vip = vips[family]

    test('ours is better: keepalived backs down; ours is killed: keepalived takes over, and the MAC moves', async () => {
      await using theirs = keepalived(net.b, family, { priority: 100 })
      await theirs.until('MASTER')
      expect(await resolve(net.client, vip)).toBe(net.b.device('eth0').address)
      const down = theirs.untilReleased()
      {
        using ours = new Ours(net.a, family, { priority: 150 })
        ours.speaker.start()
        await ours.until('active')
        await down
        await untilAt(net.client, vip, ours.mac)
        expect(await resolve(net.client, vip)).toBe(ours.mac)
        expect(ours.speaker.view().text).toContain('its priority 150 is higher than the 100 of')
      }
      await theirs.until('MASTER')
      await untilAt(net.client, vip, net.b.device('eth0').address!)
      expect(await resolve(net.client, vip)).toBe(net.b.device('eth0').address)
    }, 30_000)

    test('keepalived is better: ours stays backup, answers nobody, and takes over when keepalived dies', async () => {
      using ours = new Ours(net.a, family, { priority: 100 })
      ours.speaker.start()
      await ours.until('active')
      expect(await resolve(net.client, vip)).toBe(ours.mac)
      await using theirs = keepalived(net.b, family, { priority: 150 })
      await Promise.all([theirs.until('MASTER'), ours.until('backup')])
      await untilAt(net.client, vip, net.b.device('eth0').address!)
      expect(await resolve(net.client, vip)).toBe(net.b.device('eth0').address)
      expect(ours.speaker.view().owned).toEqual([])
      await theirs.end('SIGKILL')
      await ours.until('active')
      expect(ours.speaker.view().text).toMatch(/\(priority 150\) fell silent/)
      await untilAt(net.client, vip, ours.mac)
    }, 30_000)

    test('who ends in order is succeeded at once, both ways', async () => {
      using ours = new Ours(net.a, family, { priority: 150 })
      ours.speaker.start()
      await ours.until('active')
      await using theirs = keepalived(net.b, family, { priority: 100 })
      await theirs.until('BACKUP')
      const up = theirs.until('MASTER')
      ours.speaker.stop('told to')
      await up
      ours.speaker.start()
      await ours.until('active')
      await theirs.end('SIGTERM')
      expect(ours.said.join()).not.toContain('fell silent')
    }, 30_000)
  })

withKeepalived.test(
  'unicast peers, with keepalived too',
  async () => {
    const more = `unicast_src_ip 10.0.0.2
  unicast_peer { 10.0.0.1 }`
    await using theirs = keepalived(net.b, 'ipv4', { priority: 100, more })
    await theirs.until('MASTER')
    using ours = new Ours(net.a, 'ipv4', { priority: 150, peers: ['10.0.0.2'] })
    const down = theirs.untilReleased()
    ours.speaker.start()
    await ours.until('active')
    await down
  },
  30_000,
)

withKeepalived.test(
  'keepalived of version 2, and one with other addresses, are named',
  async () => {
    using ours = new Ours(net.a, 'ipv4', { priority: 50 })
    ours.speaker.start()
    {
      await using _theirs = keepalived(net.b, 'ipv4', { priority: 100, more: 'version 2\n  advert_int 1' })
      await ours.untilSaid('it is of VRRP version 2, not 3 (keepalived speaks version 3 with: vrrp_version 3)')
    }
    await using _others = new Keepalived(net.b, {
      priority: 100,
      addresses: ['10.0.0.101'],
      more: 'skip_check_adv_addr',
    })
    await ours.untilSaid('has other addresses: it lacks 10.0.0.100; only it has 10.0.0.101')
  },
  30_000,
)

test('two of ours, whatever their checksums cover: one owner at a time, however often they change', async () => {
  using one = new Ours(net.a, 'ipv4', { priority: 150, checksum: 'plain' })
  using two = new Ours(net.b, 'ipv4', { priority: 100 })
  await using capture = await net.capture('client', 'eth0', { filter: 'arp' })
  one.speaker.start()
  two.speaker.start()
  await one.until('active')
  expect(await resolve(net.client, vips.ipv4)).toBe(one.mac)
  for (let i = 0; i < 3; i++) {
    await untilAt(net.client, vips.ipv4, one.mac)
    expect(two.speaker.view().owned).toEqual([])
    one.speaker.stop('maintenance')
    await two.until('active')
    await untilAt(net.client, vips.ipv4, two.mac)
    expect(await resolve(net.client, vips.ipv4)).toBe(two.mac)
    one.speaker.start()
    await Promise.all([one.until('active'), two.until('backup')])
  }
  expect(await resolve(net.client, vips.ipv4)).toBe(one.mac)
  // With two owners every question would have two answers.
  const about = (await capture.stop()).flatMap(({ packet }) => packet.arp ?? [])
  const asked = about.filter(
    ({ operation, targetIp, senderIp }) => operation === 1 && targetIp === vips.ipv4 && senderIp !== targetIp,
  )
  const answered = about.filter(({ operation, senderIp }) => operation === 2 && senderIp === vips.ipv4)
  expect(answered.map(({ senderMac }) => senderMac)).toEqual([one.mac, two.mac, two.mac, two.mac, one.mac])
  expect(asked).toHaveLength(answered.length)
}, 30_000)

test('an address that is not announced is not answered for, and is as soon as it is announced', async () => {
  using ours = new Ours(net.a, 'ipv4', { addresses: [vips.ipv4, '10.0.0.102'] })
  const { config } = ours.speaker.view()
  ours.speaker.configure(config, [vips.ipv4])
  ours.speaker.start()
  await ours.until('active')
  expect(await resolve(net.client, vips.ipv4)).toBe(ours.mac)
  expect(await resolve(net.client, '10.0.0.102')).toBeUndefined()
  ours.speaker.configure(config, config.addresses)
  expect(await resolve(net.client, '10.0.0.102')).toBe(ours.mac)
}, 30_000)
