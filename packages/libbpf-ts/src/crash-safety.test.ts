import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { expect, test } from '@jest/globals'
import { describeWith } from './testing/needs.ts'

const script = new URL('testing/crash.ts', import.meta.url)
const options = { execArgv: ['--conditions=@skep/source'] }

describeWith(['root'], 'nothing crashes', () => {
  test('process.exit() with everything open', async () => {
    const run = promisify(execFile)(process.execPath, [...options.execArgv, script.pathname, 'exit'])
    await expect(run).rejects.toMatchObject({ code: 7, signal: null, stderr: '' })
  }, 30_000)

  test('worker.terminate() with everything open', async () => {
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(script, options)
      await once(worker, 'message')
      expect(await worker.terminate()).toBe(1)
    }
  }, 30_000)

  test('a worker that exits with everything open', async () => {
    const worker = new Worker(script, { ...options, workerData: 'exit' })
    const [code] = (await once(worker, 'exit')) as [number]
    expect(code).toBe(7)
  }, 30_000)

  test('collected while open', async () => {
    const code = `
      import { loadTestObject } from ${JSON.stringify(new URL('testing/load.ts', import.meta.url).href)}
      import { RingBufferMap, ArrayMap, u32, openObject } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)}
      import { testObjectPath } from ${JSON.stringify(new URL('testing/objects.ts', import.meta.url).href)}
      for (let round = 0; round < 5; round++) {
        new RingBufferMap(loadTestObject('ring.bpf.o').handle('events')).reader().drain()
        new Uint8Array(new ArrayMap(loadTestObject('maps.bpf.o').handle('numbers'), { value: u32 }).mmap().buffer)[0] = 1
        openObject(testObjectPath('maps.bpf.o'))
        gc()
        await new Promise(setImmediate)
      }
      console.log('alive')`
    const args = [...options.execArgv, '--expose-gc', '--input-type=module', '-e', code]
    expect((await promisify(execFile)(process.execPath, args)).stdout).toBe('alive\n')
  }, 30_000)
})
