import type { AuthConfig } from '@platform/auth';
import { permissionsOf } from './role.rules';

/** What the composition root passes to `AuthModule.forRoot`: which permissions the roles in a token stand for. */
export const usersAuthConfig: AuthConfig = { permissionsOf };

/** Whom to write to. */
export interface UserContact {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
  emailVerified: boolean;
}

/** When and with what somebody signed in. */
export interface SignIn {
  device: string;
  address: string;
  at: Date;
}
