const ENTITY = /&(?:lt|gt|amp|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});/g
const NAMES = ['&lt;', '&gt;', '&amp;', '&quot;', '&apos;'] as const
const CHARACTERS: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const NUMBER_BEGUN = /^&#(?:[0-9]{0,7}|[xX][0-9a-fA-F]{0,6})$/
/** Longest entity: `&#x10ffff;` */
const MAX_ENTITY = 10

/** Replaces the entities of XML and references to characters. What is no entity stays. */
export function decodeEntities(text: string): string {
  return text.includes('&') ? text.replaceAll(ENTITY, decodeOne) : text
}

function decodeOne(entity: string): string {
  const named = CHARACTERS[entity.slice(1, -1)]
  if (named !== undefined) return named
  const hex = entity[2] === 'x' || entity[2] === 'X'
  const code = Number.parseInt(entity.slice(hex ? 3 : 2, -1), hex ? 16 : 10)
  const isCharacter = code > 0 && code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff)
  return isCharacter ? String.fromCodePoint(code) : entity
}

/** Where an entity begins that is not whole at `end`; `end` itself when there is none. */
export function beforeOpenEntity(text: string, from: number, end: number): number {
  const at = text.lastIndexOf('&', end - 1)
  if (at < from || end - at >= MAX_ENTITY) return end
  const piece = text.slice(at, end)
  return NAMES.some((name) => name !== piece && name.startsWith(piece)) || NUMBER_BEGUN.test(piece) ? at : end
}

/** The text in units that are escaped one by one: entities and characters. */
export function entityUnits(text: string): string[] {
  return text.match(/&(?:lt|gt|amp|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});|[\s\S]/gu) ?? []
}
