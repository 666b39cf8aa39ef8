// What tests ask of the framework, as it is and as it is in a bundle.
export {
  App,
  conditional,
  DefaultTokenResolver,
  Fn,
  Lazy,
  propertyAccess,
  StringConcat,
  TerraformStack,
  Token,
  Tokenization,
} from 'cdktf';
