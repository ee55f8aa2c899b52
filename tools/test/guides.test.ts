import { guides } from '../src/documents.ts';
import { testBlocks } from './blocks.ts';

guides.forEach(testBlocks);
