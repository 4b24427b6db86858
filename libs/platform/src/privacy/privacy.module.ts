import { Global, Module } from '@nestjs/common';
import { PersonalData } from './personal-data';

/** Lets every module say what it keeps about people. */
@Global()
@Module({ providers: [PersonalData], exports: [PersonalData] })
export class PrivacyModule {}
