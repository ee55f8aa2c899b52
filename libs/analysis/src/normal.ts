export { normalCdf, normalDensity } from '@resdiff/networks';
