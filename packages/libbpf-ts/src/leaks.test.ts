import { expect, test } from '@jest/globals'
import { openHandles, traceHandles } from './leaks.ts'
import { createMap } from './maps/create.ts'
import { describeWith } from './testing/needs.ts'

describeWith(['root'], 'what is open', () => {
  test('is listed with its kind, fd and name until it is closed', () => {
    const before = openHandles()
    const map = createMap({ type: 'array', name: 'listed', maxEntries: 1 })
    const added = openHandles().filter((handle) => !before.includes(handle))
    expect(added).toEqual([{ kind: 'map', fd: map.fd, name: 'listed', opened: undefined }])
    map.close()
    map.close()
    expect(openHandles()).toEqual(before)
  })

  test('says where it was opened, when asked before', () => {
    traceHandles(true)
    using _map = createMap({ type: 'array', name: 'traced', maxEntries: 1 })
    traceHandles(false)
    expect(openHandles().find((handle) => handle.name === 'traced')?.opened).toContain('leaks.test.ts')
  })
})
