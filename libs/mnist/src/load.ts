import { syntheticDigits } from './digits/digits.ts';
import { DataError } from './errors.ts';
import { describeShape } from './idx.ts';
import { knownDataset } from './known.ts';
import type { Dataset, LabelledSet } from './labelled-set.ts';
import type { DatasetLocation, FilesLocation } from './location.ts';
import { checkContents, labelledSet, readPart, sha256, type Part } from './parts.ts';

export interface LoadOptions {
  /** Whether the files of a known data set are held against their checksums; true if left out. */
  readonly verify?: boolean;
}

/**
 * Loads a data set, its files side by side.
 *
 * @throws {DataError} naming the file, what was found and what would be right: if a file is not
 *   whole, not what its role demands or not what its checksum says, or if the files do not fit
 *   together.
 */
export async function loadDataset(
  location: DatasetLocation,
  { verify = true }: LoadOptions = {},
): Promise<Dataset> {
  if (location.kind === 'synthetic') return syntheticDigits(location.seed, location);
  const parts = await Promise.all(location.files.map(({ role, path }) => readPart(role, path)));
  if (verify)
    parts.forEach((part) => {
      checkContents(location.name, part);
    });
  return assemble(location, parts);
}

function assemble({ name, folder }: FilesLocation, parts: readonly Part[]): Dataset {
  const [trainImages, trainLabels, testImages, testLabels] = parts;
  const train = labelledSet(trainImages, trainLabels);
  const test = labelledSet(testImages, testLabels);
  const imageShape = trainImages.imageShape;
  if (describeShape(imageShape) !== describeShape(testImages.imageShape)) {
    throw new DataError(
      `${trainImages.path} holds images of ${describeShape(imageShape)}, but ${testImages.path} of ${describeShape(testImages.imageShape)}; they should be of one shape.`,
    );
  }
  const known = knownDataset(name);
  const classes = known?.classes ?? highest(train) + 1;
  checkLabels(trainLabels, classes);
  checkLabels(testLabels, classes);
  return {
    name,
    source: `${known?.title ?? 'IDX files'} from ${folder}`,
    sha256: sha256(parts.map((part) => part.sha256).join('')),
    train,
    test,
    imageShape,
    classes,
  };
}

function checkLabels({ path, values }: Part, classes: number): void {
  const wrong = values.findIndex((label) => label >= classes);
  if (wrong !== -1) {
    throw new DataError(
      `${path}: label ${wrong} is ${values[wrong]}, but the training images are of ${classes} classes: 0 to ${classes - 1}.`,
    );
  }
}

function highest({ labels }: LabelledSet): number {
  return labels.reduce((most, label) => Math.max(most, label), 0);
}
