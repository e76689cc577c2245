import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { isMounted, mountBpffs, mountCgroup2, mountTracefs } from './file-systems.ts'
import { BpfMap } from './maps/bpf-map.ts'
import { createMap } from './maps/create.ts'
import { rawMap } from './maps/bpf-map.ts'
import { errorOf } from './testing/code.ts'
import { describeWith } from './testing/needs.ts'

function folder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'libbpf-ts-'))
  return {
    path,
    [Symbol.dispose]() {
      spawnSync('umount', [join(path, 'fs')])
      rmSync(path, { recursive: true })
    },
  }
}

describeWith(['root'], 'mounting', () => {
  test('a bpffs: pins work in it, and it is mounted once', () => {
    using made = folder()
    const path = join(made.path, 'fs')
    expect(mountBpffs(path)).toBe(true)
    expect(mountBpffs(path)).toBe(false)
    using map = rawMap(createMap({ type: 'array', name: 'pinned', maxEntries: 1 }))
    map.pin(join(path, 'map'))
    using same = BpfMap.open(join(path, 'map'))
    expect(same.info().id).toBe(map.info().id)
  })

  test('a tracefs', () => {
    using made = folder()
    const path = join(made.path, 'fs')
    expect(isMounted('tracefs', path)).toBe(false)
    expect(mountTracefs(path)).toBe(true)
    expect(isMounted('tracefs', path)).toBe(true)
  })

  test('a cgroup v2, as a cgroup namespace sees it', () => {
    using made = folder()
    const path = join(made.path, 'fs')
    expect(mountCgroup2(path, { namespace: '/proc/self/ns/cgroup' })).toBe(true)
    expect(isMounted('cgroup2', path)).toBe(true)
    expect(mountCgroup2(path)).toBe(false)
    const refused = errorOf(() => mountCgroup2(join(made.path, 'other'), { namespace: '/proc/self/ns/net' }))
    expect(refused?.message).toContain('as /proc/self/ns/net sees it')
  })

  test('what is in a folder is not covered', () => {
    using made = folder()
    writeFileSync(join(made.path, 'kept'), '')
    for (const mount of [mountBpffs, mountTracefs, mountCgroup2])
      expect(errorOf(() => mount(made.path))).toMatchObject({
        code: 'BUSY',
        message: expect.stringMatching(/it would cover what is there \(kept\); name a folder that is empty/) as unknown,
      })
    expect(existsSync(join(made.path, 'kept'))).toBe(true)
  })

  test('where no folder can be made is refused', () => {
    expect(errorOf(() => mountBpffs('/proc/nowhere'))).toMatchObject({ code: 'NOT_FOUND', operation: 'mount' })
    expect(errorOf(() => mountBpffs('/dev/null'))).toMatchObject({ operation: 'mount' })
  })
})
