import { createRequire } from 'node:module';
import type { LoggerInterface, Spec, View } from 'vega';

/**
 * Renders a Vega specification, whose data must be inline, to an SVG document. The same
 * specification gives the same bytes, whatever was rendered before in the process.
 *
 * @throws Error with Vega's message when the specification cannot be parsed or evaluated.
 */
export function renderSvg(spec: Spec): Promise<string> {
  const svg = lastRender.then(() => renderAlone(spec));
  lastRender = svg.catch(() => undefined);
  return svg;
}

/**
 * Renders an SVG document to a PNG image on white, with the fonts of the DejaVu family only, so
 * that the image is the same on all machines.
 *
 * @param options.scale Pixels for each unit of the SVG, 1 by default.
 * @throws RangeError when the scale is not positive; Error when the SVG cannot be parsed.
 */
export async function renderPng(svg: string, options: { scale?: number } = {}): Promise<Buffer> {
  const scale = options.scale ?? 1;
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new RangeError(`renderPng: scale is ${scale}, must be positive`);
  }
  const { renderAsync } = await import('@resvg/resvg-js');
  const image = await renderAsync(svg, {
    background: 'white',
    fitTo: { mode: 'zoom', value: scale },
    font: {
      loadSystemFonts: false,
      fontFiles: fontFiles(),
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  });
  return image.asPng();
}

/** Vega numbers the ids in an SVG with counters of the process, so renders take turns. */
let lastRender: Promise<unknown> = Promise.resolve();

async function renderAlone(spec: Spec): Promise<string> {
  const vega = await import('vega');
  const errors: unknown[] = [];
  // Vega marks the data that it is given, hence the clone.
  const runtime = vega.parse(structuredClone(spec));
  const view: View = new vega.View(runtime, { renderer: 'none', logger: collector(errors) });
  try {
    vega.resetSVGDefIds();
    const svg = await view.toSVG();
    if (errors.length > 0) {
      throw new Error(`renderSvg: ${errors.map(String).join('; ')}`, { cause: errors[0] });
    }
    return svg;
  } finally {
    view.finalize();
  }
}

/** A logger that keeps errors: Vega logs what goes wrong in evaluation and renders on. */
function collector(errors: unknown[]): LoggerInterface {
  const logger: LoggerInterface = {
    level: (level?: number) => (level === undefined ? 1 : logger),
    error: (...args: readonly unknown[]) => {
      errors.push(...args);
      return logger;
    },
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}

function fontFiles(): string[] {
  const { resolve } = createRequire(import.meta.url);
  return ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
    resolve(`dejavu-fonts-ttf/ttf/${file}`),
  );
}
