import { describe, expect, test } from '@jest/globals'
import { certificateFile, httpsServer, tcpServer, tlsServer } from '../../test/servers.ts'
import { probe } from '../../test/run.ts'

describe('tls and https', () => {
  test('a handshake passes; verification needs a certificate that is trusted and for the name', async () => {
    await using server = await tlsServer()
    expect(await probe({ tls: {} }, server.port)).toEqual({ result: 'pass', reason: 'TLS handshake done' })
    expect(await probe({ tls: { verify: true, serverName: 'health.test' } }, server.port)).toEqual({
      result: 'fail',
      reason: 'certificate is self-signed and not trusted',
    })
    const trusted = { verify: true, caFile: certificateFile }
    expect(await probe({ tls: { ...trusted, serverName: 'health.test' } }, server.port)).toMatchObject({
      result: 'pass',
    })
    expect(await probe({ tls: { ...trusted, serverName: 'other.test' } }, server.port)).toEqual({
      result: 'fail',
      reason: 'certificate is for another name',
    })
    expect(await probe({ tls: trusted }, server.port)).toMatchObject({ result: 'pass' })
  })

  test('a file of certificates that cannot be read says nothing about the backend', async () => {
    await using server = await tlsServer()
    expect(await probe({ tls: { verify: true, caFile: '/nowhere/ca.pem' } }, server.port)).toMatchObject({
      result: 'none',
      reason: expect.stringContaining('cannot use /nowhere/ca.pem'),
    })
  })

  test('a server without TLS fails', async () => {
    await using server = await tcpServer((socket) => socket.end('hello\n'))
    expect(await probe({ tls: {} }, server.port)).toMatchObject({ result: 'fail' })
  })

  test('https asks behind the handshake', async () => {
    await using server = await httpsServer((_, response) => response.end('fine'))
    expect(await probe({ https: { bodyContains: 'fine' } }, server.port)).toMatchObject({ result: 'pass' })
    expect(await probe({ https: { expectedStatus: ['404'] } }, server.port)).toMatchObject({ result: 'fail' })
  })
})
