import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { keepSettings, plannedChanges, restoreSettings } from './keep.ts'
import { procSettings, type Settings } from './proc.ts'
import { wantedSettings, type Needs } from './wanted.ts'

const ports = 'net/ipv4/ip_local_reserved_ports'
const needs: Needs = { devices: ['eth0'], ipv4: true, ipv6: false, portRange: { from: 16384, to: 32767 } }
let folder: string
let settings: Settings

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skep-lb-settings-'))
  settings = procSettings(join(folder, 'proc'))
  put(ports, '8080,9148\n')
  put('net/ipv4/conf/all/rp_filter', '0\n')
  device('eth0')
  device('eth1')
})

afterEach(() => rmSync(folder, { recursive: true }))

function put(key: string, value: string): void {
  const path = join(folder, 'proc', key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, value)
}

function device(name: string): void {
  for (const key of ['forwarding', 'accept_local', 'rp_filter']) put(`net/ipv4/conf/${name}/${key}`, '0\n')
  for (const key of ['forwarding', 'accept_ra'])
    put(`net/ipv6/conf/${name}/${key}`, key === 'accept_ra' ? '1\n' : '0\n')
}

function ledger(instance: string): string {
  mkdirSync(join(folder, 'run', instance), { recursive: true })
  return join(folder, 'run', instance, 'settings.json')
}

function keep(instance: string, needs: Needs): void {
  keepSettings(ledger(instance), wantedSettings(needs, settings), settings)
}

function read(...names: string[]): (string | undefined)[] {
  return names.map((name) => settings.read(name))
}

describe('one instance', () => {
  test('makes what it needs, says what it would change, and gives it back', () => {
    put('net/ipv4/conf/eth0/rp_filter', '1\n')
    expect(plannedChanges(wantedSettings(needs, settings), settings)).toEqual([
      { key: ports, from: '8080,9148', to: '8080,9148,16384-32767' },
      { key: 'net/ipv4/conf/eth0/forwarding', from: '0', to: '1' },
      { key: 'net/ipv4/conf/eth0/accept_local', from: '0', to: '1' },
      { key: 'net/ipv4/conf/eth0/rp_filter', from: '1', to: '0' },
    ])
    keep('a', needs)
    expect(plannedChanges(wantedSettings(needs, settings), settings)).toEqual([])
    restoreSettings(ledger('a'), settings)
    expect(read(ports, 'net/ipv4/conf/eth0/forwarding', 'net/ipv4/conf/eth0/rp_filter')).toEqual([
      '8080,9148',
      '0',
      '1',
    ])
    expect(existsSync(ledger('a'))).toBe(false)
  })

  test('a restart remembers what was before the first start', () => {
    keep('a', needs)
    keep('a', needs)
    restoreSettings(ledger('a'), settings)
    expect(read(ports, 'net/ipv4/conf/eth0/forwarding')).toEqual(['8080,9148', '0'])
  })

  test('a device that is dropped gets its settings back, the others keep theirs', () => {
    keep('a', { ...needs, devices: ['eth0', 'eth1'] })
    keep('a', { ...needs, devices: ['eth1'] })
    expect(read('net/ipv4/conf/eth0/forwarding', 'net/ipv4/conf/eth1/forwarding')).toEqual(['0', '1'])
  })

  test('what somebody else has set in the meantime stays', () => {
    keep('a', needs)
    put('net/ipv4/conf/eth0/rp_filter', '2\n')
    put(ports, '7000,8080,9148,16384-32767\n')
    restoreSettings(ledger('a'), settings)
    expect(read('net/ipv4/conf/eth0/rp_filter', ports)).toEqual(['2', '7000,8080,9148'])
  })

  test('ports that were reserved before stay reserved', () => {
    put(ports, '20000-20001\n')
    keep('a', needs)
    expect(read(ports)).toEqual(['16384-32767'])
    restoreSettings(ledger('a'), settings)
    expect(read(ports)).toEqual(['20000-20001'])
  })

  test('strict filtering for all devices is met with a loose one on ours', () => {
    put('net/ipv4/conf/all/rp_filter', '1\n')
    keep('a', needs)
    expect(read('net/ipv4/conf/eth0/rp_filter')).toEqual(['2'])
    put('net/ipv4/conf/all/rp_filter', '0\n')
    keep('a', needs)
    expect(read('net/ipv4/conf/eth0/rp_filter')).toEqual(['0'])
    restoreSettings(ledger('a'), settings)
    expect(read('net/ipv4/conf/eth0/rp_filter')).toEqual(['0'])
  })

  test('a device that has gone is passed over', () => {
    keep('a', needs)
    rmSync(join(folder, 'proc/net/ipv4/conf/eth0'), { recursive: true })
    restoreSettings(ledger('a'), settings)
    expect(read(ports)).toEqual(['8080,9148'])
  })

  test('claims of another network namespace are not ours to restore', () => {
    keep('a', needs)
    const text = readFileSync(ledger('a'), 'utf8').replace(/net:\[\d+\]/, 'net:[1]')
    writeFileSync(ledger('a'), text)
    restoreSettings(ledger('a'), settings)
    expect(read('net/ipv4/conf/eth0/forwarding')).toEqual(['1'])
  })
})

describe('IPv6', () => {
  const ipv6 = { ...needs, ipv6: true }

  test('forwards on the device alone where the kernel can', () => {
    put('net/ipv6/conf/eth0/force_forwarding', '0\n')
    put('net/ipv6/conf/all/forwarding', '0\n')
    keep('a', ipv6)
    keep('a', ipv6)
    expect(read('net/ipv6/conf/eth0/forwarding', 'net/ipv6/conf/eth0/force_forwarding')).toEqual(['1', '1'])
    expect(read('net/ipv6/conf/all/forwarding', 'net/ipv6/conf/eth1/forwarding')).toEqual(['0', '0'])
    expect(read('net/ipv6/conf/eth0/accept_ra')).toEqual(['2'])
    restoreSettings(ledger('a'), settings)
    expect(read('net/ipv6/conf/eth0/forwarding', 'net/ipv6/conf/eth0/force_forwarding')).toEqual(['0', '0'])
    expect(read('net/ipv6/conf/eth0/accept_ra')).toEqual(['1'])
  })

  test('else on all, keeping router advertisements and each device’s own setting', () => {
    put('net/ipv6/conf/all/forwarding', '0\n')
    put('net/ipv6/conf/eth1/forwarding', '1\n')
    keep('a', ipv6)
    keep('a', ipv6)
    expect(read('net/ipv6/conf/all/forwarding', 'net/ipv6/conf/eth1/accept_ra')).toEqual(['1', '2'])
    restoreSettings(ledger('a'), settings)
    expect(
      read('net/ipv6/conf/all/forwarding', 'net/ipv6/conf/eth0/forwarding', 'net/ipv6/conf/eth1/forwarding'),
    ).toEqual(['0', '0', '1'])
  })
})

describe('two instances', () => {
  test.each([
    ['the first', 'a', 'b'],
    ['the second', 'b', 'a'],
  ])('%s leaves first: the other keeps what it needs, and the last one restores', (_who, first, last) => {
    keep('a', needs)
    keep('b', needs)
    restoreSettings(ledger(first), settings)
    expect(read('net/ipv4/conf/eth0/forwarding', ports)).toEqual(['1', '8080,9148,16384-32767'])
    restoreSettings(ledger(last), settings)
    expect(read('net/ipv4/conf/eth0/forwarding', ports)).toEqual(['0', '8080,9148'])
  })

  test.each([
    ['a', 'b', '8080,9148,30000-40000'],
    ['b', 'a', '8080,9148,16384-32767'],
  ])('ranges that overlap are taken apart again, %s first', (first, last, between) => {
    keep('a', needs)
    keep('b', { ...needs, portRange: { from: 30000, to: 40000 } })
    expect(read(ports)).toEqual(['8080,9148,16384-40000'])
    restoreSettings(ledger(first), settings)
    expect(read(ports)).toEqual([between])
    restoreSettings(ledger(last), settings)
    expect(read(ports)).toEqual(['8080,9148'])
  })
})
