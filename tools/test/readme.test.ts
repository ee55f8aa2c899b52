import { testBlocks } from './blocks.ts';

testBlocks('README.md');
testBlocks('CONTRIBUTING.md');
