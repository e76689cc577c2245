import { expect, test } from '@jest/globals'
import { WireError } from '../error.ts'
import { decodeUpdate } from '../update.ts'

const good = '40010100 4002060201 0000fde9 400304 0a000001'
const external = { as4: true, external: true }
const internal = { as4: true, external: false }

function body(attributes: string, nlri = '100a01'): Uint8Array {
  const bytes = Buffer.from(attributes.replaceAll(/\s/g, ''), 'hex')
  return Buffer.concat([Uint8Array.of(0, 0, bytes.length >>> 8, bytes.length), bytes, Buffer.from(nlri, 'hex')])
}

/** What is done: the strongest handling, the subcode, and what happens to 10.1.0.0/16. */
function outcome(update: Uint8Array, context = external): unknown {
  try {
    const { errors, reach, withdrawn } = decodeUpdate(update, context)
    const texts = {
      announced: reach.flatMap(({ prefixes }) => prefixes.texts()),
      withdrawn: withdrawn.flatMap((one) => one.texts()),
    }
    return [errors.map(({ handling, notification }) => `${handling} ${notification.subcode}`).join(', '), texts]
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return [`${error.handling} ${error.notification.subcode}`]
  }
}

const withdrawn = { announced: [], withdrawn: ['10.1.0.0/16'] }
const announced = { announced: ['10.1.0.0/16'], withdrawn: [] }
const without = (code: string): string =>
  good
    .split(' 40')
    .map((part, i) => (i ? `40${part}` : part))
    .filter((part) => !part.startsWith(code))
    .join('')

test.each<[string, string, unknown]>([
  ['all is well', good, ['', announced]],
  ['ORIGIN of two bytes', good.replace('40010100', '4001020000'), ['treat-as-withdraw 5', withdrawn]],
  ['ORIGIN 3', good.replace('40010100', '40010103'), ['treat-as-withdraw 6', withdrawn]],
  ['ORIGIN called optional', good.replace('40010100', 'c0010100'), ['treat-as-withdraw 4', withdrawn]],
  ['AS_PATH with a segment of type 9', good.replace('0201', '0901'), ['treat-as-withdraw 11', withdrawn]],
  [
    'AS_PATH with an empty segment',
    good.replace('4002060201 0000fde9', '40020402000200'),
    ['treat-as-withdraw 11', withdrawn],
  ],
  ['AS_PATH that is too short for its segment', good.replace('0201', '0202'), ['treat-as-withdraw 11', withdrawn]],
  ['NEXT_HOP of three bytes', good.replace('400304 0a000001', '400303 0a0000'), ['treat-as-withdraw 5', withdrawn]],
  ['NEXT_HOP 127.0.0.1', good.replace('0a000001', '7f000001'), ['treat-as-withdraw 8', withdrawn]],
  ['MED of three bytes', `${good} 800403 000001`, ['treat-as-withdraw 5', withdrawn]],
  ['LOCAL_PREF from another AS, even if it is wrong', `${good} 400501 00`, ['attribute-discard 0', announced]],
  ['ATOMIC_AGGREGATE with a value', `${good} 400601 00`, ['attribute-discard 5', announced]],
  ['AGGREGATOR of six bytes where eight are agreed', `${good} c00706 fde90a000001`, ['attribute-discard 5', announced]],
  ['COMMUNITIES of five bytes', `${good} c00805 0000000000`, ['treat-as-withdraw 5', withdrawn]],
  ['COMMUNITIES without any', `${good} c00800`, ['treat-as-withdraw 5', withdrawn]],
  ['EXTENDED_COMMUNITIES of seven bytes', `${good} c01007 00000000000000`, ['treat-as-withdraw 5', withdrawn]],
  ['LARGE_COMMUNITY of eight bytes', `${good} c02008 0000000000000000`, ['treat-as-withdraw 5', withdrawn]],
  ['AS4_PATH malformed', `${good} c01103 020200`, ['attribute-discard 11', announced]],
  ['ORIGIN twice', `${good} 40010101`, ['attribute-discard 1', announced]],
  ['an attribute that reaches past the end', `${good} c00820 0000`, ['treat-as-withdraw 1', withdrawn]],
  ['half an attribute head', `${good} c0`, ['treat-as-withdraw 1', withdrawn]],
  ['an unknown attribute called well-known', `${good} 406301 00`, ['session-reset 2']],
  ['an unknown attribute that is optional', `${good} 806301 00`, ['', announced]],
  ['no ORIGIN', without('4001'), ['treat-as-withdraw 3', withdrawn]],
  ['no AS_PATH', without('4002'), ['treat-as-withdraw 3', withdrawn]],
  ['no NEXT_HOP', without('4003'), ['treat-as-withdraw 3', withdrawn]],
  ['MP_REACH_NLRI twice', `${good} 800e05 0019410000 800e05 0019410000`, ['session-reset 1']],
  ['MP_REACH_NLRI with a next hop of five bytes', `${good} 800e0a 000201 05 0000000000 00`, ['session-reset 9']],
  ['MP_UNREACH_NLRI of two bytes', `${good} 800f02 0002`, ['session-reset 9']],
  ['MP_REACH_NLRI of a family that we do not speak', `${good} 800e05 0019410000`, ['', announced]],
])('%s', (_, attributes, right) => {
  expect(outcome(body(attributes))).toEqual(right)
})

test('a prefix that cannot be ends the session, wherever it stands', () => {
  expect(outcome(body(good, '210a01'))).toEqual(['session-reset 10'])
  expect(outcome(body(good, '200a01'))).toEqual(['session-reset 10'])
  expect(outcome(body(`${good} 800f04 000201 81`))).toEqual(['session-reset 10'])
})

test('lengths that do not fit the message end the session', () => {
  expect(outcome(Uint8Array.of(0, 9, 0, 0))).toEqual(['session-reset 1'])
  expect(outcome(Uint8Array.of(0, 0, 0, 9))).toEqual(['session-reset 1'])
})

test('an error that would withdraw, in a message with nothing to withdraw, ends the session; one that is left out does not', () => {
  expect(outcome(body('40010103', ''))).toEqual(['session-reset 6'])
  expect(outcome(body('400601 00', ''))).toEqual(['attribute-discard 5', { announced: [], withdrawn: [] }])
})

test('within an AS, LOCAL_PREF and the reflectors’ attributes are checked', () => {
  expect(outcome(body(`${good} 400501 00`), internal)).toEqual(['treat-as-withdraw 5', withdrawn])
  expect(outcome(body(`${good} 800901 00`), internal)).toEqual(['treat-as-withdraw 5', withdrawn])
  expect(outcome(body(`${good} 800a00`), internal)).toEqual(['treat-as-withdraw 5', withdrawn])
})

test('an error names the attribute, and the NOTIFICATION would carry it', () => {
  const [error] = decodeUpdate(body(good.replace('40010100', '40010103')), external).errors
  expect(error).toMatchObject({
    message: 'ORIGIN is 3, and 0, 1 and 2 are known',
    notification: { code: 3, subcode: 6, data: Uint8Array.of(0x40, 1, 1, 3) },
  })
})
