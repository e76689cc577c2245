import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'

const load = fileURLToPath(new URL('../../../tools/soak/load.ts', import.meta.url))

const modes = ['snat', 'dsr']

needing(needs.root, needs.bpf).describe('the load balancer', () => {
  test.each(modes)(
    '20 seconds of the soak, %s: a backend flaps, a configuration a second, two kills, and nothing breaks',
    async (mode) => {
      const options = ['--conditions=@skep/source', '--disable-warning=ExperimentalWarning']
      const child = spawn(process.execPath, [...options, load, '--seconds', '20', '--kill-every', '8', '--mode', mode])
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
      if (stdout === '') throw new Error(stderr)
      const unbroken = { requests: expect.any(Number), failed: 0, reopened: 0, reasons: {} }
      const report: unknown = JSON.parse(stdout)
      expect(report).toMatchObject({
        kills: 2,
        traffic: Object.fromEntries(
          ['ipv4', 'ipv6'].flatMap((family) =>
            ['connection-per-request', 'long-connections', 'udp'].map((kind) => [`${family}/${kind}`, unbroken]),
          ),
        ),
        held: { connections: 80, broken: 0 },
        broken: 0,
      })
      const { reloads, flaps } = report as { reloads: number; flaps: number }
      expect([reloads > 2, flaps > 0]).toEqual([true, true])
    },
    120_000,
  )
})
