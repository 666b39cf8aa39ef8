import { PLATFORMS } from './adversarial';
import { describeNames } from './names-suite';

describeNames(PLATFORMS);
