/** What a test reads in an SVG that Vega has drawn. */

export const count = (svg: string, pattern: RegExp) => [...svg.matchAll(pattern)].length;

/** The markup of a panel, up to the next one. */
export function panelMarkup(svg: string, name: string): string {
  return svg
    .split(/(?=<g class="mark-group role-scope )/)
    .find((part) => part.includes(` ${name}"`))!;
}

/** The markup of the items of a mark. */
export function markOf(svg: string, mark: string): string {
  return svg.split(` ${mark}"`)[1].split('<g class="mark-')[0];
}

/** The path of a mark and the points it goes through. */
export function pathOf(svg: string, mark: string, nth = 0): [number, number][] {
  const paths = [...svg.split(` ${mark}"`)[1].matchAll(/ d="(M[^"]*)"/g)];
  return pointsOf(paths[nth][1]);
}

export function pointsOf(path: string): [number, number][] {
  return [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [+x, +y]);
}

/** Where the symbols of a mark are. */
export function placesOf(svg: string, mark: string): [number, number][] {
  const places = markOf(svg, mark).matchAll(/<path[^>]* transform="translate\(([^)]*)\)"/g);
  return [...places].map(([, place]) => pointsOf(place)[0]);
}

/** The lines of a rule, from end to end. */
export function linesOf(svg: string, mark: string): { from: number[]; to: number[] }[] {
  const lines = markOf(svg, mark).matchAll(
    /<line[^>]* transform="translate\((-?[\d.]+),(-?[\d.]+)\)" x2="(-?[\d.]+)" y2="(-?[\d.]+)"/g,
  );
  return [...lines].map(([, x, y, x2, y2]) => ({ from: [+x, +y], to: [+x + +x2, +y + +y2] }));
}

export interface Label {
  position: number;
  text: string;
}

/** The labels of an axis, from the lowest number on, and where they are along it. */
export function labelsOf(svg: string, orient: 'x' | 'y'): Label[] {
  const labels = svg.split('role-axis-label"')[orient === 'x' ? 1 : 2].split('role-axis-title')[0];
  return [...labels.matchAll(/translate\((-?[\d.]+),(-?[\d.]+)\)"[^>]*>([^<]+)<\/text>/g)].map(
    ([, x, y, text]) => ({
      // The baseline of a label beside an axis is 3 pixels below its tick.
      position: orient === 'x' ? +x : +y - 3,
      text,
    }),
  );
}

/** What the labels of an axis say about the positions along it: position to value. */
export function axisOf(
  svg: string,
  orient: 'x' | 'y',
  scale: 'linear' | 'log' = 'linear',
): (position: number) => number {
  const ticks = labelsOf(svg, orient).map(({ position, text }) => ({
    position,
    value: read(text),
  }));
  const [into, outOf] = scale === 'log' ? [Math.log, Math.exp] : [Number, (value: number) => value];
  const [first, last] = [ticks[0], ticks.at(-1)!];
  const unit = (into(last.value) - into(first.value)) / (last.position - first.position);
  return (position) => outOf(into(first.value) + (position - first.position) * unit);
}

function read(label: string): number {
  const number = Number(label.replace('−', '-').replaceAll(',', '').replace('%', ''));
  return label.endsWith('%') ? number / 100 : number;
}
