// Real processes and real databases take their time on two cores; a test that hangs still ends.
jest.setTimeout(120_000);
