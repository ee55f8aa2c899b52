export { syntheticDigits, type SyntheticSizes } from './digits/digits.ts';
export { DataError, type DataErrorDetails } from './errors.ts';
export { fetchDataset, type FetchOptions, type FetchProgress, type FetchResult } from './fetch.ts';
export {
  dataFolders,
  type DataFolder,
  type DataFolders,
  type DataFolderSettings,
} from './folders.ts';
export { parseIdx, readIdx, type Idx, type IdxType, type IdxValues } from './idx.ts';
export {
  knownDataset,
  knownDatasets,
  type KnownDataset,
  type KnownFile,
  type Role,
} from './known.ts';
export {
  oneHot,
  pixels,
  select,
  type Dataset,
  type LabelledSet,
  type PixelOptions,
} from './labelled-set.ts';
export { loadDataset, type LoadOptions } from './load.ts';
export { listDatasets, locateDataset, type DatasetEntry } from './locate.ts';
export type { DatasetLocation, FilesLocation, SyntheticLocation } from './location.ts';
export {
  batches,
  shuffle,
  subset,
  type BatchOptions,
  type ShuffleOptions,
  type SubsetOptions,
} from './order.ts';
export { openDataset, resolveDataset, type Resolution } from './resolve.ts';
export { verifyDataset, type FileReport } from './verify.ts';
