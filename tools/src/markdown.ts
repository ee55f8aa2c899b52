/** A fenced block of a Markdown document. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line of its opening fence, from 1. */
  readonly line: number;
}

/** The fenced blocks of a document, in order. */
export function fencedBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; line: number; content: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)$/.exec(line);
    if (!fence) open?.content.push(line);
    else if (open) {
      blocks.push({ ...open, text: open.content.join('\n') });
      open = undefined;
    } else open = { language: fence[1], line: index + 1, content: [] };
  }
  if (open) throw new Error(`the block that opens in line ${open.line} does not close`);
  return blocks;
}

function withoutBlocks(markdown: string): string {
  return markdown.replaceAll(/^```[^]*?^```$/gm, '');
}

/** The targets of links and pictures outside of blocks. */
export function linkTargets(markdown: string): string[] {
  const links = withoutBlocks(markdown).matchAll(/\]\(([^)\s]+)\)/g);
  return Array.from(links, (link) => link[1]);
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchors(markdown: string): string[] {
  return Array.from(withoutBlocks(markdown).matchAll(/^#+ (.*)$/gm), ([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The rows of the first table below a heading, without its header; cells are trimmed. */
export function tableBelow(markdown: string, heading: string): string[][] {
  const below = markdown.split(`# ${heading}\n`)[1] ?? '';
  const table = /(?:^\|.*\|$\n?)+/m.exec(below)?.[0];
  if (!table) throw new Error(`there is no table below the heading ${heading}`);
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}
