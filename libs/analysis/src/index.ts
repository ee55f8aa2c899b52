export type { Sample } from './draws.ts';
export * from './histogram.ts';
export * from './kde.ts';
export * from './kernel-regression/index.ts';
export * from './kolmogorov.ts';
export * from './ks.ts';
export * from './moments.ts';
export * from './normal.ts';
export * from './normal-quantile.ts';
