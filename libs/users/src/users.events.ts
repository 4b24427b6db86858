import { defineEvent } from '@platform/messaging';

/** Somebody has registered an account. */
export const userRegistered = defineEvent<{ userId: string }>('users.registered', 1);

/** An account has been deleted by its owner: it can't sign in any more, and its data is to be erased. */
export const userDeleted = defineEvent<{ userId: string }>('users.deleted', 1);
