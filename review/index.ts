/** What a program that reviews needs, and a thread that helps it. */
export { review, type ReviewOptions } from './review';
export { help } from './share';
export { readTree, type Tree, TreeError } from './tree';
