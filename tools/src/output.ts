const runId = '\\b[0-9a-f]{12}\\b';
/** A number as the command prints it, with its unit of time or of bytes. */
const quantity = '[+-]?\\d[\\d,]*(?:\\.\\d+)*(?:e[+-]?\\d+)?(?: (?:ms|s|min|h|B|[KMGT]iB)\\b)?';
const varying = new RegExp(`(${runId})|(${quantity})|(\\.\\.\\.)|(\\s+)`);

/** A line of an example as a pattern: any numbers, any run id, any spacing, `...` for anything. */
function pattern(line: string): RegExp {
  const match = varying.exec(line);
  if (!match) return new RegExp(`${escape(line)}$`);
  const [found, isRunId, isQuantity, isAnything] = match;
  const part = isRunId ? runId : isQuantity ? quantity : isAnything ? '.*' : '\\s+';
  const rest = pattern(line.slice(match.index + found.length));
  return new RegExp(`${escape(line.slice(0, match.index))}${part}${rest.source}`);
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** The lines of an example that no line of the output looks like; a line `...` stands for any. */
export function unmatchedLines(example: string, output: string): string[] {
  const found = output.split(/[\r\n]+/).map((line) => line.trim());
  return example.split('\n').filter((line) => {
    const text = line.trim();
    const shape = new RegExp(`^${pattern(text).source}`);
    return text !== '' && text !== '...' && !found.some((candidate) => shape.test(candidate));
  });
}
