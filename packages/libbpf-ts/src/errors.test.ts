import { describe, expect, test } from '@jest/globals'
import { BpfError, checked, invalidInput, kernelRefusal, NotSupported } from './errors.ts'
import { errnoName } from './errno.ts'

describe('an error', () => {
  test('is one line: operation, object, what the kernel says, what to do', () => {
    const error = kernelRefusal('map.set', -1, 'map "services"')
    expect(error.message).toBe(
      'map.set: map "services": EPERM; it takes root, or CAP_BPF with CAP_NET_ADMIN (CAP_SYS_ADMIN before 5.8)',
    )
    expect(error).toMatchObject({
      name: 'BpfError',
      code: 'NOT_PERMITTED',
      operation: 'map.set',
      errno: 'EPERM',
      log: '',
    })
  })

  test.each([
    [-2, 'NOT_FOUND', 'ENOENT'],
    [-7, 'FULL', 'E2BIG'],
    [-17, 'EXISTS', 'EEXIST'],
    [-16, 'BUSY', 'EBUSY'],
    [-95, 'NOT_SUPPORTED', 'EOPNOTSUPP'],
    [-524, 'NOT_SUPPORTED', 'ENOTSUPP'],
    [-22, 'REFUSED', 'EINVAL'],
    [-4095, 'REFUSED', 'errno 4095'],
  ])('for errno %d is %s', (errno, code, name) => {
    expect(kernelRefusal('x', errno, 'y')).toMatchObject({ code, errno: name })
  })

  test('keeps its cause', () => {
    const cause = new Error('below')
    expect(new BpfError('BUSY', 'x', 'y', { cause }).cause).toBe(cause)
    expect('cause' in new BpfError('BUSY', 'x', 'y')).toBe(false)
  })

  test('NotSupported names the feature and the kernel', () => {
    const error = new NotSupported('attachTcx', 'TCX', '6.6', { errno: -22 })
    expect(error.message).toBe('attachTcx: TCX needs Linux 6.6')
    expect(error).toMatchObject({
      name: 'NotSupported',
      code: 'NOT_SUPPORTED',
      feature: 'TCX',
      since: '6.6',
      errno: 'EINVAL',
    })
    expect(error).toBeInstanceOf(BpfError)
  })

  test('of input has no errno', () => {
    expect(invalidInput('createMap', 'size 0 must be above 0')).toMatchObject({
      code: 'INVALID_INPUT',
      errno: undefined,
    })
  })

  test('is thrown for negative answers only', () => {
    expect(checked(5, 'x', 'y')).toBe(5)
    expect(() => checked(-9, 'map.get', 'map "a"')).toThrow('map.get: map "a": EBADF')
  })
})

test("libbpf's own errors have names too", () => {
  expect([errnoName(4001), errnoName(-4007), errnoName(4999)]).toEqual(['LIBBPF_FORMAT', 'LIBBPF_VERIFY', 'errno 4999'])
})
