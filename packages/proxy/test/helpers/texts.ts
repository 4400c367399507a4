/** A model's answer with content and one call, as Qwen3-Coder writes it. */
export const qwenText =
  'I look.\n\n<tool_call>\n<function=get_weather>\n<parameter=city>\nTromsø 🌍\n</parameter>\n<parameter=days>\n3\n</parameter>\n' +
  '</function>\n</tool_call>'

/** The same call with a second one behind it. */
export const twoCallsText = `${qwenText}\n<tool_call>\n<function=list_files>\n</function>\n</tool_call>`

export const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
    },
  },
  { type: 'function' as const, function: { name: 'list_files', parameters: { type: 'object', properties: {} } } },
]
