/** What a text is set in, as far as its width goes. */
export interface Font {
  size: number;
  bold?: boolean;
}

/**
 * About how wide a text is drawn in DejaVu Sans. Layouts use this estimate, not the measures of a
 * font engine, so that they are the same on all machines.
 */
export function textWidth(text: string, { size, bold = false }: Font): number {
  let ems = 0;
  for (const character of text) ems += characterWidth(character);
  return ems * size * (bold ? 1.15 : 1);
}

function characterWidth(character: string): number {
  if (/[ .,:;'|!ijlI]/.test(character)) return 0.33;
  if (/[()[\]frt]/.test(character)) return 0.41;
  if (/[mwMW@%=+<>\u2014]/.test(character)) return 0.9;
  return /[A-Z]/.test(character) ? 0.7 : 0.63;
}

/** Breaks a text between words into lines about `width` wide at most. */
export function wrapText(text: string, font: Font, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && textWidth(longer, font) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
