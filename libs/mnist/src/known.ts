/** The four files of a data set. */
export const roles = ['train-images', 'train-labels', 'test-images', 'test-labels'] as const;
export type Role = (typeof roles)[number];

export interface KnownFile {
  readonly role: Role;
  /** Its usual name, without `.gz`. */
  readonly file: string;
  /** Of the contents, inflated. */
  readonly bytes: number;
  /** Of the contents, inflated: archives may have been gzipped anew. */
  readonly sha256: string;
  /** Of the archive as its authors published it. */
  readonly archiveBytes: number;
}

/** A data set that is known by name. */
export interface KnownDataset {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly licence: string;
  readonly classes: number;
  /** Folders on the web that hold the four archives. */
  readonly mirrors: readonly string[];
  /** The Debian package that installs it under /usr/share/datasets. */
  readonly debianPackage?: string;
  readonly files: readonly KnownFile[];
}

const names: Readonly<Record<Role, string>> = {
  'train-images': 'train-images-idx3-ubyte',
  'train-labels': 'train-labels-idx1-ubyte',
  'test-images': 't10k-images-idx3-ubyte',
  'test-labels': 't10k-labels-idx1-ubyte',
};
const contentBytes: Readonly<Record<Role, number>> = {
  'train-images': 16 + 60_000 * 784,
  'train-labels': 8 + 60_000,
  'test-images': 16 + 10_000 * 784,
  'test-labels': 8 + 10_000,
};

function files(
  given: Readonly<Record<Role, readonly [sha256: string, archive: number]>>,
): KnownFile[] {
  return roles.map((role) => ({
    role,
    file: names[role],
    bytes: contentBytes[role],
    sha256: given[role][0],
    archiveBytes: given[role][1],
  }));
}

const mnist: KnownDataset = {
  name: 'mnist',
  title: 'MNIST',
  description: '60,000 + 10,000 handwritten digits, 28 x 28 (LeCun, Cortes and Burges, 1998)',
  licence: 'CC BY-SA 3.0',
  classes: 10,
  mirrors: [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
  ],
  files: files({
    'train-images': ['ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db', 9_912_422],
    'train-labels': ['65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5', 28_881],
    'test-images': ['0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7', 1_648_877],
    'test-labels': ['ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2', 4_542],
  }),
};

const fashionMnist: KnownDataset = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST',
  description: '60,000 + 10,000 articles of clothing, 28 x 28 (Xiao, Rasul and Vollgraf, 2017)',
  licence: 'MIT',
  classes: 10,
  mirrors: [
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
  ],
  debianPackage: 'dataset-fashion-mnist',
  files: files({
    'train-images': [
      'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      26_421_880,
    ],
    'train-labels': ['bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9', 29_515],
    'test-images': ['5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b', 4_422_102],
    'test-labels': ['0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34', 5_148],
  }),
};

export const knownDatasets: readonly KnownDataset[] = [mnist, fashionMnist];

export function knownDataset(name: string): KnownDataset | undefined {
  return knownDatasets.find((dataset) => dataset.name === name);
}

/** What the contents with this SHA-256 are: `MNIST train-images-idx3-ubyte`. */
export function identify(sha256: string): string | undefined {
  for (const { title, files: known } of knownDatasets) {
    const file = known.find((candidate) => candidate.sha256 === sha256);
    if (file) return `${title} ${file.file}`;
  }
  return undefined;
}
