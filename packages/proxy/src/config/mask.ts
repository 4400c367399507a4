const mask = '***'

/** Names whose values are secrets. `keyEnv` and `keyFile` hold where a key is, not the key. */
const secretName = /(?:key|token|secret|password|authorization|cookie)$/i

/** Whether a header or setting of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}

const secretValue =
  /((?:key|token|secret|password|authorization|cookie)["']?\s*:\s*)(?!["']?\$\{\w+\}["']?\s*$)(\S.*)$/i
/** A variable's name can be shown; what is none may be the secret itself. */
const variableValue = /(env["']?\s*:\s*["']?)(?![A-Za-z_]\w*["']?(?:[\s,}]|$))([^\s"',}]+)/gi

/** A line of a file as it may be shown: what looks like a secret is replaced. */
export function maskLine(line: string): string {
  return line
    .replace(secretValue, `$1${mask}`)
    .replaceAll(variableValue, `$1${mask}`)
    .replaceAll(/(\/\/)[^/@\s]+@/g, `$1${mask}@`)
    .replaceAll(/\bBearer\s+(?!\$\{)\S+/gi, `Bearer ${mask}`)
    .replaceAll(/\bsk-[\w-]+/g, mask)
}
