import { expect, test } from '@jest/globals'
import { chooseKernels, compareVersions, MATRIX } from './choose.ts'
import { parseStanzas } from './stanza.ts'

const listing = [
  ['linux-image-5.10.0-30-amd64', '5.10.218-1', 'kmod, linux-base (>= 4.3~)'],
  ['linux-image-5.10.0-32-amd64', '5.10.223-1', 'kmod, initramfs-tools | linux-initramfs-tool'],
  ['linux-image-5.10.0-99-rt-amd64', '5.10.999-1', ''],
  ['linux-image-6.1.0-9-amd64', '6.1.27-1', ''],
  ['linux-image-6.1.0-50-amd64', '6.1.176-1', ''],
  ['linux-image-6.1.0-50-cloud-amd64', '6.1.176-1', ''],
  ['linux-image-6.1.0-50-amd64-unsigned', '6.1.176-1', ''],
  ['linux-image-6.12.107+deb13-amd64', '6.12.107-1', ''],
  ['linux-image-7.2.13+deb14-amd64', '7.2.13-1', ''],
  [
    'linux-image-7.3.4+deb13-amd64',
    '7.3.4-1~bpo13+1',
    'dracut | linux-initramfs-tool, linux-binary-7.3.4+deb13-amd64 (= 7.3.4-1~bpo13+1), linux-modules-7.3.4+deb13-amd64 (= 7.3.4-1~bpo13+1)',
  ],
  ['linux-image-7.4~rc2-amd64', '7.4~rc2-1~exp1', ''],
  ['linux-binary-7.3.4+deb13-amd64', '7.3.4-1~bpo13+1', ''],
  ['linux-modules-7.3.4+deb13-amd64', '7.3.4-1~bpo13+1', ''],
]
const stanzas = parseStanzas(
  listing
    .map(
      ([name, version, depends]) =>
        `Package: ${name}\nVersion: ${version}\nDepends: ${depends}\nSHA256: sum-of-${name}\nDescription-en: Linux\n Package: none\n`,
    )
    .join('\n'),
)

test('of each series the newest full kernel, and the newest of all', () => {
  const chosen = chooseKernels(stanzas, MATRIX).map(({ wanted, release, version }) => [wanted, release, version])
  expect(chosen).toEqual([
    ['5.10', '5.10.0-32-amd64', '5.10.223-1'],
    ['6.1', '6.1.0-50-amd64', '6.1.176-1'],
    ['6.12', '6.12.107+deb13-amd64', '6.12.107-1'],
    ['newest', '7.3.4+deb13-amd64', '7.3.4-1~bpo13+1'],
  ])
})

test('a kernel that comes in parts is all of them, each with its sum', () => {
  const [newest] = chooseKernels(stanzas, ['newest'])
  expect(newest?.packages.map(({ name, sha256 }) => [name, sha256])).toEqual(
    ['image', 'binary', 'modules'].map((part) => {
      const name = `linux-${part}-7.3.4+deb13-amd64`
      return [name, `sum-of-${name}`]
    }),
  )
})

test('a series that the archive does not have is left out', () => {
  expect(chooseKernels(stanzas, ['4.19', '6.1']).map(({ wanted }) => wanted)).toEqual(['6.1'])
})

test('versions are compared by their numbers', () => {
  expect(compareVersions('6.12.9-1', '6.2.10-1')).toBeGreaterThan(0)
  expect(compareVersions('7.2.13-1', '7.3.4-1~bpo13+1')).toBeLessThan(0)
  expect(compareVersions('6.1.176-1', '6.1.176-1')).toBe(0)
})
