import { InvalidArgumentError } from 'commander'

/** Reads an option that is a whole number. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= min && number <= max) return number
    throw new InvalidArgumentError(`write a whole number from ${min} to ${max}`)
  }
}

/** Reads an option that is a number of seconds, in fractions if need be. */
export function seconds(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (text.trim() !== '' && number >= min && number <= max) return number
    throw new InvalidArgumentError(`write seconds, from ${min} to ${max}`)
  }
}
