/** Names that every format and server takes: letters, digits, `_`, `.` and `-`, up to 128. */
export const safeName = /^[\w.-]{1,128}$/u

/**
 * Safe names for those that are not: other characters become `_`, and a number keeps equal ones apart.
 *
 * @returns the alias of each unsafe name
 */
export function createAliases(names: readonly string[], isSafe: (name: string) => boolean): Map<string, string> {
  const taken = new Set(names.filter(isSafe))
  const aliases = new Map<string, string>()
  for (const name of names) {
    if (isSafe(name) || aliases.has(name)) continue
    const stem = name.replaceAll(/[^A-Za-z0-9_-]+/gu, '_').slice(0, 56) || 'tool'
    let alias = stem
    for (let count = 2; taken.has(alias) || !isSafe(alias); count++) {
      if (count > names.length + 2)
        throw new TypeError(`safeName refuses '${stem}' too, so '${name}' can get no other name.`)
      alias = `${stem}_${count}`
    }
    taken.add(alias)
    aliases.set(name, alias)
  }
  return aliases
}
