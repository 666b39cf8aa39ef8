/** Something that was asked for and cannot be reviewed. Its text is for people: what is wrong, and what to do. */
export class ReviewMistake extends Error {
  public override readonly name = 'ReviewMistake';
}
