import { chmodSync, mkdtempSync, rmSync, existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import { probe, probing } from '../../test/run.ts'

describe('script', () => {
  test('the exit status decides, the last line says why', async () => {
    const told = 'test "$SKEP_CHECK_ADDRESS:$SKEP_CHECK_PORT" = 127.0.0.1:8080'
    expect(await probe({ script: { command: ['/bin/sh', '-c', told] } }, 8080)).toEqual({
      result: 'pass',
      reason: 'exit status 0',
    })
    expect(await probe({ script: { command: ['/bin/sh', '-c', 'echo one; echo lag 9 s >&2; exit 3'] } }, 1)).toEqual({
      result: 'fail',
      reason: 'exit status 3: "lag 9 s"',
    })
  })

  test('it runs as nobody, knows nothing of the process that checks, and what it says is kept in bounds', async () => {
    process.env['SKEP_TEST_SECRET'] = 'secret'
    const script = (line: string) => ({ script: { command: ['/bin/sh', '-c', line], env: { GREETING: 'hello' } } })
    const uid = process.geteuid?.() === 0 ? 65_534 : process.geteuid?.()
    expect(await probe(script('test -z "$SKEP_TEST_SECRET" && echo "$(id -u) $GREETING"'), 1)).toEqual({
      result: 'pass',
      reason: `exit status 0: "${uid} hello"`,
    })
    const { reason } = await probe(script('yes | head -c 1000000 | tr -d "\\n"'), 1)
    expect(reason.length).toBeLessThan(100)
  })

  test('a user that this host does not have says nothing about the backend', async () => {
    expect(await probe({ script: { command: ['/bin/true'], user: 'skep-no-such-user' } }, 1)).toEqual({
      result: 'none',
      reason: 'cannot run /bin/true: "skep-no-such-user" is no user of this host',
    })
  })

  test('a program that is not there says nothing about the backend', async () => {
    expect(await probe({ script: { command: ['/nowhere/check'] } }, 1)).toEqual({
      result: 'none',
      reason: '/nowhere/check does not exist',
    })
  })

  test('what still runs when its time is up is killed, with all it started', async () => {
    const folder = mkdtempSync(`${tmpdir()}/skep-script-`)
    chmodSync(folder, 0o777)
    try {
      const fifo = `mkfifo ${folder}/up; sleep 1000 & echo $! > ${folder}/pid; echo up > ${folder}/up; wait`
      const running = probing({ script: { command: ['/bin/sh', '-c', fifo] } }, 1)
      await probe(
        { script: { command: ['/bin/sh', '-c', `until [ -p ${folder}/up ]; do :; done; cat ${folder}/up`] } },
        1,
      )
      const pid = Number(readFileSync(`${folder}/pid`, 'utf8'))
      expect(running.expire()).toMatchObject({ result: 'fail' })
      await probe(
        {
          script: {
            command: [
              '/bin/sh',
              '-c',
              `while kill -0 ${pid} 2>/dev/null && ! grep -q '^State:.Z' /proc/${pid}/status; do :; done`,
            ],
          },
        },
        1,
      )
      expect(existsSync(`/proc/${pid}/exe`)).toBe(false)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
