import { bgpMetrics, parseBgpConfig, type PeerStatus } from '@skep/bgp'
import { expect, test } from '@jest/globals'
import { blocks, page } from '../test/page.ts'
import { program } from './program.ts'

test.each(blocks('yaml'))('this configuration is valid:\n%s', (text) => {
  expect(parseBgpConfig('bgp.yaml', text).peers).toHaveLength(1)
})

test.each(blocks('sh').flatMap((text) => text.split('\n').filter((line) => line.startsWith('skep-bgp '))))(
  '%s is understood',
  (line) => {
    const [, name, ...words] = line.replace(/ *#.*/, '').split(' ')
    const command = program('0').commands.find((one) => one.name() === name)!
    const known = command.options.flatMap(({ short, long }) => [short, long])
    expect(words.filter((word) => word.startsWith('-') && !known.includes(word))).toEqual([])
  },
)

test('every metric is on the page', () => {
  const peer = { advertised: {}, received: {}, name: 'x', lastError: { what: '', at: 0 } } as unknown as PeerStatus
  for (const { name } of bgpMetrics([peer])) expect(page).toContain(`\`${name}{`)
})
