import type { ChatTool } from './options.ts'
import { ValueType, isRecord, own, resolveTypes, saysString } from './values/schema-types.ts'

/** One declared tool: which parameters it has and which types they allow. */
export class Tool {
  /** Parameter names in the order of the schema. */
  readonly parameters: readonly string[]
  /** The schema of the arguments. */
  readonly schema: Record<string, unknown>
  private readonly properties: Record<string, unknown>
  private readonly types = new Map<string, number>()

  constructor(parameters: unknown) {
    this.schema = isRecord(parameters) ? parameters : {}
    const properties = own(this.schema, 'properties')
    this.properties = isRecord(properties) ? properties : {}
    this.parameters = Object.keys(this.properties)
  }

  declares(parameter: string): boolean {
    return Object.hasOwn(this.properties, parameter)
  }

  /** Are all of these names declared, and all required ones among them? */
  takes(names: readonly string[]): boolean {
    const required = own(this.schema, 'required')
    const missing = Array.isArray(required) && required.some((name) => !names.includes(name as string))
    return !missing && names.every((name) => this.declares(name))
  }

  /** Does the schema of a parameter name string among its types? */
  saysString(parameter: string): boolean {
    return saysString(own(this.properties, parameter), this.schema)
  }

  /** The types that a parameter allows; string when the schema does not know it. */
  typesOf(parameter: string): number {
    let types = this.types.get(parameter)
    if (types === undefined) {
      types = this.declares(parameter) ? resolveTypes(own(this.properties, parameter), this.schema) : ValueType.string
      this.types.set(parameter, types)
    }
    return types
  }
}

/** A read-only view of the request's tools. */
export class ToolTable {
  /** No tools were given: markers alone decide. */
  readonly open: boolean
  /** An empty list was given: nothing is a call. */
  readonly empty: boolean
  private readonly tools = new Map<string, Tool>()

  constructor(tools: readonly ChatTool[] | undefined) {
    this.open = tools === undefined
    this.empty = tools !== undefined && tools.length === 0
    if (tools !== undefined && !Array.isArray(tools)) {
      throw new TypeError('tools must be an array of { type: "function", function: { name, parameters } }')
    }
    for (const [index, tool] of (tools ?? []).entries()) {
      const name: unknown = (tool as Partial<ChatTool> | null)?.function?.name
      if (typeof name !== 'string' || name === '') {
        throw new TypeError(
          `tools[${index}].function.name must be a non-empty string; is it { type: "function", function: {...} }?`,
        )
      }
      if (!this.tools.has(name)) this.tools.set(name, new Tool(tool.function.parameters))
    }
  }

  /** The name of the tool, when there is exactly one. */
  get only(): string | undefined {
    return this.tools.size === 1 ? [...this.tools.keys()][0] : undefined
  }

  get(name: string): Tool | undefined {
    return this.tools.get(name)
  }

  declares(name: string): boolean {
    return this.tools.has(name)
  }

  get names(): string[] {
    return [...this.tools.keys()]
  }

  /** The one tool that takes arguments with these names. `undefined` when several do, or none. */
  onlyTaker(keys: readonly string[]): string | undefined {
    const takers = this.names.filter((name) => this.get(name)?.takes(keys))
    return takers.length === 1 ? takers[0] : undefined
  }
}
