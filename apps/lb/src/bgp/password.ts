import { show } from '@skep/config-file'

const MOST_BYTES = 80

/** The first line of the file. Throws with a sentence where that is no password of TCP MD5. */
export function readPassword(file: string, read: (file: string) => string): string {
  const password = textOf(file, read).split('\n')[0]!.trimEnd()
  if (password === '') throw new Error(`${show(file)} is empty; write the password into its first line`)
  if (Buffer.byteLength(password) > MOST_BYTES)
    throw new Error(`${show(file)} has more than ${MOST_BYTES} bytes in its first line, and TCP MD5 takes no more`)
  return password
}

function textOf(file: string, read: (file: string) => string): string {
  try {
    return read(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`${show(file)} cannot be read (${code}); write a file with the password`, { cause: error })
  }
}
