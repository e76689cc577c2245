import { mkdirSync } from 'node:fs'
import type { Server } from 'node:net'
import { dirname } from 'node:path'
import { CompanionError, listenAlone } from '@skep/companion'
import { LbError } from '@skep/lb-engine'

/** What the kernel takes for a unix socket's path. */
const MOST_PATH_BYTES = 107

/**
 * Listens on a unix socket that only its owner may use. A socket that a killed process left is replaced; one that
 * somebody listens on is not. Throws {@link LbError}.
 */
export async function listenOn(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > MOST_PATH_BYTES)
    throw new LbError(
      'INVALID_OPTION',
      `${path} is too long for a unix socket; ${MOST_PATH_BYTES} bytes fit, so use a shorter one`,
    )
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if ((await alone(server, path)) === undefined)
    throw new LbError('BUSY', `${path} belongs to another process, which listens on it`)
}

async function alone(server: Server, path: string): Promise<Server | undefined> {
  try {
    return await listenAlone(path, server)
  } catch (error) {
    if (error instanceof CompanionError) throw new LbError('CONFLICT', error.message, { cause: error })
    throw error
  }
}
