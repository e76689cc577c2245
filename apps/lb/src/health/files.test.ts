import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { healthFiles } from './files.ts'

const { describe, test } = needing(needs.root)
const folder = mkdtempSync(join(tmpdir(), 'skep-files-'))
const certificate = readFileSync(
  new URL('../../../../packages/lb-health/test/certificate.pem', import.meta.url),
  'utf8',
)

function complaints(healthCheck: object): string[] {
  const document = { spec: { services: [{}, { healthCheck }] } }
  return healthFiles(document).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

function file(name: string, content: string, mode = 0o644): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

describe('what health checks need of this machine', () => {
  afterAll(() => rmSync(folder, { recursive: true }))

  test('files of certificates are there, and are such', () => {
    const good = file('good.pem', certificate)
    const broken = file('broken.pem', `${certificate}\n${certificate.replace(/\n.{20}/, '\nAAAA')}`)
    expect(complaints({ https: { caFile: good }, grpc: { tls: { caFile: good } } })).toEqual([])
    expect(complaints({ https: { caFile: '/nowhere.pem' } })).toEqual([
      'spec.services.1.healthCheck.https.caFile: "/nowhere.pem" cannot be read (ENOENT); write a file of PEM certificates',
    ])
    expect(complaints({ tls: { caFile: file('empty', '') } })[0]).toContain('holds no certificate')
    expect(complaints({ grpc: { tls: { caFile: broken } } })[0]).toMatch(
      /^spec\.services\.1\.healthCheck\.grpc\.tls\.caFile: .* certificate 2 is broken/,
    )
  })

  test('a script is a program that only root can change', () => {
    const script = (...command: string[]) => complaints({ script: { command } })
    expect(script('/bin/sh', '-c', 'x')).toEqual([])
    expect(script('/nowhere')[0]).toMatch(
      /^spec\.services\.1\.healthCheck\.script\.command\.0: .*cannot be run \(ENOENT\)/,
    )
    expect(script('/bin')[0]).toContain('is not a file')
    expect(script('/etc/passwd')[0]).toContain('is not executable by everybody')
    // Whoever may write the folder may put another program there.
    expect(script(file('mine.sh', '#!/bin/sh\n', 0o755))[0]).toContain(`"${tmpdir()}" is theirs or writable by them`)
    const own = mkdtempSync('/usr/local/skep-files-')
    try {
      chmodSync(own, 0o755)
      mkdirSync(join(own, 'bin'))
      const program = join(own, 'bin', 'check')
      writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
      expect(script(program)).toEqual([])
      chmodSync(program, 0o775)
      expect(script(program)[0]).toContain('may be changed by others than root')
    } finally {
      rmSync(own, { recursive: true })
    }
  })

  test('its user exists and is not root', () => {
    expect(complaints({ script: { command: ['/bin/true'], user: 'nobody' } })).toEqual([])
    expect(complaints({ script: { command: ['/bin/true'], user: 'skep-nobody' } })).toEqual([
      'spec.services.1.healthCheck.script.user: "skep-nobody" is no user of this host',
    ])
  })

  test('documents of any other shape are somebody else’s to refuse', () => {
    for (const odd of [
      undefined,
      null,
      7,
      { spec: { services: 7 } },
      { spec: { services: [null, { healthCheck: 'x' }] } },
    ])
      expect(healthFiles(odd)).toEqual([])
    expect(complaints({ script: { command: 'x' }, https: { caFile: 7 } })).toEqual([])
  })
})
