import { expect, test } from '@jest/globals'
import { scriptUser } from './run-as.ts'

const passwd = 'root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\nchecks:x:991:992::/:/bin/false\n'

test('a script runs as the user that is named, or as nobody', () => {
  expect(scriptUser('checks', passwd)).toEqual({ uid: 991, gid: 992 })
  expect(scriptUser(undefined, passwd)).toEqual({ uid: 65_534, gid: 65_534 })
  expect(scriptUser(undefined, `${passwd}nobody:x:99:98::/:/bin/false\n`)).toEqual({ uid: 99, gid: 98 })
})

test('never as root, by whatever name, nor as somebody unknown', () => {
  expect(() => scriptUser('toor', passwd)).toThrow('"toor" is root; write somebody who may do less')
  expect(() => scriptUser('check', passwd)).toThrow('"check" is no user of this host')
})
